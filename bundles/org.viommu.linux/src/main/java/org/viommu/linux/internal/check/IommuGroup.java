// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.util.Optional;
import java.util.stream.Stream;
import org.viommu.linux.internal.guest.Answer;

/**
 * The IOMMU group that Linux has put an endpoint into.
 *
 * @param number of the group
 * @param type of its domain: {@code DMA} and {@code DMA-FQ} translate, {@code identity} does not
 */
record IommuGroup(String number, String type) {
    private static final String IDENTITY = "identity";

    /** Finds the group of the endpoint at a PCI address in the answer to {@code groups}. */
    static Optional<IommuGroup> of(String address, Answer groups) {
        return Stream.of(groups.get("groups").split(","))
                .map(text -> text.split("/"))
                .filter(parts -> parts.length == 3 && parts[0].equals(address))
                .map(parts -> new IommuGroup(parts[1], parts[2]))
                .findFirst();
    }

    /** Whether DMA of its endpoints is translated. */
    boolean isTranslated() {
        return !type.equals(IDENTITY);
    }
}
