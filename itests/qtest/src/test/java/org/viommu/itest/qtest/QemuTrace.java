// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.viommu.conformance.Arena;
import org.viommu.conformance.DevicePort;
import org.viommu.conformance.Operation;
import org.viommu.conformance.RingPort;
import org.viommu.virtio.iommu.FaultLayout;

/** QEMU's device and what it writes into its log. */
final class QemuTrace implements TraceSubject {
    private static final long SPACE = 0x100000;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final QemuMachine machine;
    private final DevicePort port;

    QemuTrace(QemuMachine machine) throws IOException {
        this.machine = machine;
        Arena space = new Arena(SPACE, ((long) QemuMachine.MEGABYTES << 20) - SPACE);
        port = new RingPort(machine.openIommu(), machine.openMemory(), space, PATIENCE, new QemuBoard(machine, SPACE));
        machine.qemu().trace().skip();
    }

    @Override
    public DevicePort port() {
        return port;
    }

    @Override
    public List<String> access(Operation.Access access) {
        Edu edu = machine.edu(access.endpoint());
        if (access.write()) {
            edu.store(0, access.address(), Integer.BYTES);
        } else {
            edu.load(access.address(), 0, Integer.BYTES);
        }
        List<String> lines = next();
        if (lines.stream().anyMatch(line -> line.startsWith("virtio_iommu_report_fault"))) {
            port.nextEvent();
            port.offerEvent(FaultLayout.SIZE);
        }
        return lines;
    }

    @Override
    public List<String> next() {
        return machine.qemu().trace().next().stream()
                .filter(line -> line.startsWith("virtio_iommu_"))
                .toList();
    }
}
