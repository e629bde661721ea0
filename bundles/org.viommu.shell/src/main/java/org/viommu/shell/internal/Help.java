// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

/** What options that many commands have say of themselves. */
final class Help {
    static final String DEVICE = "MACHINE/NAME of the IOMMU; may be left out where there is one only";
    static final String MACHINE = "name of the machine; may be left out where there is one only";
    static final String FUNCTION = "name of one device of the machine, such as iommu0; all of them unless given";
    static final String JSON = "answer in JSON, for scripts";

    private Help() {}
}
