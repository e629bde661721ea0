// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.viommu.iommu.internal.TestGuest.DMA_MEMORY;
import static org.viommu.iommu.internal.TestGuest.ENDPOINT;
import static org.viommu.iommu.internal.TestGuest.NO_ENDPOINT;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.viommu.dma.DmaPort;
import org.viommu.memory.AccessFault;
import org.viommu.topology.ReservedRegion;
import org.viommu.virtio.iommu.FaultLayout;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestStatus;

class TraceTest {
    private static final ReservedRegion MSI = new ReservedRegion(0xfee00000L, 0xfeefffffL, ReservedRegion.Kind.MSI);

    private final TestGuest guest = new TestGuest(TestGuest.settings(0x1000), TestGuest.topology(List.of(MSI)));
    private final LineListener lines = new LineListener();

    @AfterEach
    void close() {
        guest.close();
    }

    @Test
    void requests_are_told_with_what_they_change() {
        trace();
        guest.attach(7, ENDPOINT);
        guest.map(7, 0x10000, 0x10fff, DMA_MEMORY, MapFlags.READ | MapFlags.WRITE);
        guest.map(7, 0x20000, 0x21fff, DMA_MEMORY, MapFlags.READ);
        guest.unmap(7, 0, 0xfffff);
        guest.detach(7, ENDPOINT);
        assertThat(told())
                .containsExactly(
                        "virtio_iommu_attach domain=7 endpoint=16",
                        "virtio_iommu_get_domain Alloc domain=7",
                        "virtio_iommu_get_endpoint Alloc endpoint=16",
                        "virtio_iommu_map domain=7 virt_start=0x10000 virt_end=0x10fff phys_start=0x100000 flags=3",
                        "virtio_iommu_map domain=7 virt_start=0x20000 virt_end=0x21fff phys_start=0x100000 flags=1",
                        "virtio_iommu_unmap domain=7 virt_start=0x0 virt_end=0xfffff",
                        "virtio_iommu_unmap_done domain=7 virt_start=0x10000 virt_end=0x10fff",
                        "virtio_iommu_unmap_done domain=7 virt_start=0x20000 virt_end=0x21fff",
                        "virtio_iommu_detach domain=7 endpoint=16",
                        "virtio_iommu_put_endpoint Free endpoint=16",
                        "virtio_iommu_detach_endpoint_from_domain domain=7 endpoint=16",
                        "virtio_iommu_put_domain Free domain=7");
    }

    @Test
    void refused_requests_change_nothing_and_say_so() {
        guest.attach(7, ENDPOINT);
        guest.map(7, 0x10000, 0x11fff, DMA_MEMORY, MapFlags.READ);
        trace();
        assertThat(guest.attach(7, NO_ENDPOINT)).isEqualTo(RequestStatus.NOENT);
        assertThat(guest.map(7, 0x11000, 0x11fff, DMA_MEMORY, MapFlags.READ)).isEqualTo(RequestStatus.INVAL);
        assertThat(guest.unmap(7, 0x10000, 0x10fff)).isEqualTo(RequestStatus.RANGE);
        assertThat(guest.detach(-1, ENDPOINT)).isEqualTo(RequestStatus.INVAL);
        assertThat(told())
                .containsExactly(
                        "virtio_iommu_attach domain=7 endpoint=32",
                        "virtio_iommu_unmap domain=7 virt_start=0x10000 virt_end=0x10fff",
                        "virtio_iommu_detach domain=-1 endpoint=16");
    }

    @Test
    void a_probe_tells_the_reserved_regions() {
        trace();
        guest.probe(ENDPOINT, ReservedRegions.PROBE_SIZE + RequestLayout.TAIL_SIZE);
        assertThat(told())
                .containsExactly("virtio_iommu_fill_resv_property dev= 16, type=1 start=0xfee00000 end=0xfeefffff");
    }

    @Test
    void accesses_are_told_with_where_they_go_or_why_not() throws AccessFault {
        guest.attach(7, ENDPOINT);
        guest.map(7, 0x10000, 0x10fff, DMA_MEMORY, MapFlags.READ);
        guest.postEvent(FaultLayout.SIZE);
        try (DmaPort port = guest.port(ENDPOINT)) {
            port.getByte(0x10010);
            trace();
            port.getByte(0x10020);
            assertThatExceptionOfType(AccessFault.class).isThrownBy(() -> port.putByte(0x10030, (byte) 0));
            port.getByte(0x10040);
            guest.serve(IommuQueues.EVENT);
        }
        assertThat(told())
                .containsExactly(
                        "virtio_iommu_translate mr=vm/iommu0 rid=16 addr=0x10020 flag=1",
                        "virtio_iommu_translate_out 0x10020 -> 0x100020 for sid=16",
                        "virtio_iommu_translate mr=vm/iommu0 rid=16 addr=0x10030 flag=2",
                        "virtio_iommu_translate mr=vm/iommu0 rid=16 addr=0x10040 flag=1",
                        "virtio_iommu_translate_out 0x10040 -> 0x100040 for sid=16",
                        "virtio_iommu_report_fault FAULT reason=2 flags=258 endpoint=16 address =0x10030");
    }

    @Test
    void accesses_that_bypass_the_IOMMU_are_not_told() throws AccessFault {
        trace();
        try (DmaPort port = guest.port(ENDPOINT)) {
            port.getByte(0x10);
            guest.attachBypass(3, ENDPOINT);
            port.getByte(0x10);
        }
        assertThat(told()).noneMatch(line -> line.contains("translate"));
    }

    @Test
    void resets_and_the_global_bypass_are_told() {
        trace();
        guest.device.config().write(IommuConfigLayout.BYPASS, 0, -1L);
        guest.reset();
        guest.device.systemReset();
        guest.start(guest.device.features());
        assertThat(told())
                .containsExactly(
                        "virtio_iommu_set_config bypass=0x0",
                        "virtio_iommu_device_reset_exit reset!",
                        "virtio_iommu_system_reset system reset!");
    }

    private void trace() {
        guest.device.traceFeed().add(lines);
    }

    /** All lines until now; ends the trace. */
    private List<String> told() {
        guest.device.traceFeed().remove(lines);
        return lines.lines();
    }
}
