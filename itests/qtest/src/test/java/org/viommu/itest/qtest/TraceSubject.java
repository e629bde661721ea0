// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import java.util.List;
import org.viommu.conformance.DevicePort;
import org.viommu.conformance.Operation;

/** A device whose trace is compared with another one's. */
interface TraceSubject {
    /** The way to it. */
    DevicePort port();

    /** Has an endpoint access four bytes; a fault report is taken, and its buffer given again. */
    List<String> access(Operation.Access access);

    /** The trace since the last call. */
    List<String> next();
}
