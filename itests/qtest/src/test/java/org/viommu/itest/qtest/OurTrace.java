// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import java.util.List;
import org.viommu.conformance.DevicePort;
import org.viommu.conformance.Operation;
import org.viommu.iommu.internal.TracedDevice;
import org.viommu.virtio.iommu.FaultLayout;

/** Our device and what its listener hears. */
record OurTrace(TracedDevice device) implements TraceSubject {
    @Override
    public DevicePort port() {
        return device.port();
    }

    @Override
    public List<String> access(Operation.Access access) {
        long before = device.faults();
        byte[] bytes = new byte[Integer.BYTES];
        if (access.write()) {
            port().write(access.endpoint(), access.address(), bytes);
        } else {
            port().read(access.endpoint(), access.address(), bytes);
        }
        if (device.faults() != before) {
            port().nextEvent().orElseThrow(() -> new AssertionError("no fault report"));
            port().offerEvent(FaultLayout.SIZE);
        }
        return device.next();
    }

    @Override
    public List<String> next() {
        return device.next();
    }
}
