// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.viommu.memory.MemoryAccess;
import org.viommu.transport.pci.PciDriverTransport;

/** A PC with QEMU's own virtio-iommu at 00:01.0 and devices that do DMA behind it, as a firmware would leave it. */
final class QemuMachine implements AutoCloseable {
    static final int MEGABYTES = 64;

    /** The endpoints: 00:02.0 and 00:03.0. */
    static final List<Integer> ENDPOINTS = List.of(0x10, 0x18);

    private static final int IOMMU = 0x08;
    private static final int IOMMU_BAR = 4;
    private static final long IOMMU_BASE = 0xe000_0000L;
    private static final long EDU_BASE = 0xe800_0000L;
    private static final long EDU_SIZE = 0x10_0000;

    private static final int RESET_PORT = 0xcf9;
    private static final int RESET = 6;

    private final Qemu qemu;
    private final QtestPciPort iommu;
    private final List<QtestPciPort> ports = new ArrayList<>();
    private final List<Edu> endpoints = new ArrayList<>();

    private QemuMachine(Qemu qemu) {
        this.qemu = qemu;
        this.iommu = new QtestPciPort(qemu.qtest(), IOMMU, IOMMU_BAR, IOMMU_BASE);
        for (int endpoint : ENDPOINTS) {
            QtestPciPort port = new QtestPciPort(qemu.qtest(), endpoint, 0, EDU_BASE + endpoint * EDU_SIZE);
            ports.add(port);
            endpoints.add(new Edu(qemu.qtest(), port));
        }
        makeReady();
        qemu.qtest().command("irq_intercept_in ioapic");
    }

    /**
     * Starts the machine.
     *
     * @param properties of the IOMMU, each behind a comma
     */
    static QemuMachine start(String properties) throws IOException, InterruptedException {
        List<String> devices = new ArrayList<>(List.of("virtio-iommu-pci,addr=1" + properties));
        for (int endpoint : ENDPOINTS) {
            devices.add("edu,dma_mask=0xffffffff,addr=%d".formatted(endpoint >> 3));
        }
        return new QemuMachine(Qemu.start(MEGABYTES, devices));
    }

    private void makeReady() {
        iommu.makeReady(true);
        ports.forEach(port -> port.makeReady(false));
    }

    Qemu qemu() {
        return qemu;
    }

    /** A way for one thread to the whole memory. */
    MemoryAccess openMemory() {
        return new QtestMemory(qemu.qtest(), (long) MEGABYTES << 20);
    }

    PciDriverTransport openIommu() throws IOException {
        return PciDriverTransport.open(iommu);
    }

    Edu edu(int endpoint) {
        return endpoints.get(ENDPOINTS.indexOf(endpoint));
    }

    /** Presses the reset button. */
    void reset() {
        qemu.qtest().out(RESET_PORT, Byte.BYTES, RESET);
        while (iommu.ready()) {
            Thread.onSpinWait();
        }
        makeReady();
    }

    @Override
    public void close() {
        qemu.close();
    }
}
