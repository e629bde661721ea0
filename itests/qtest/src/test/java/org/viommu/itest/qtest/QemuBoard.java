// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.viommu.conformance.Board;

/** QEMU's PC as the conformance checks see it. */
final class QemuBoard implements Board {
    private static final int ABSENT = 0x90;

    private final QemuMachine machine;
    private final Map<Integer, EduDma> endpoints = new HashMap<>();

    /**
     * Prepares the endpoints of a machine that has just been started.
     *
     * @param memory some of its memory
     */
    QemuBoard(QemuMachine machine, long memory) {
        this.machine = machine;
        for (int endpoint : QemuMachine.ENDPOINTS) {
            EduDma dma = new EduDma(
                    machine.edu(endpoint),
                    machine.qemu().qtest(),
                    machine.qemu().trace());
            dma.prepare(memory);
            endpoints.put(endpoint, dma);
        }
    }

    @Override
    public String name() {
        return "QEMU's virtio-iommu-pci";
    }

    @Override
    public List<Integer> endpoints() {
        return QemuMachine.ENDPOINTS;
    }

    @Override
    public int absentEndpoint() {
        return ABSENT;
    }

    @Override
    public List<Integer> dmaEndpoints() {
        return QemuMachine.ENDPOINTS;
    }

    @Override
    public boolean read(int endpoint, long address, byte[] target) {
        return endpoints.get(endpoint).read(address, target);
    }

    @Override
    public boolean write(int endpoint, long address, byte... source) {
        return endpoints.get(endpoint).write(address, source);
    }

    @Override
    public boolean systemReset() {
        machine.reset();
        return true;
    }
}
