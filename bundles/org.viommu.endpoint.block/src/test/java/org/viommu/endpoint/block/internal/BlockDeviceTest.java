// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.endpoint.block.BlockConfigLayout;
import org.viommu.endpoint.block.BlockFeatures;
import org.viommu.endpoint.block.BlockQueues;
import org.viommu.endpoint.block.BlockRequestLayout;
import org.viommu.endpoint.block.BlockRequestType;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtio.DeviceInterrupts;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.InProcessTransport;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;
import org.viommu.virtio.VirtioFeatures;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFault;
import org.viommu.virtqueue.RingFeatures;
import org.viommu.virtqueue.Virtqueues;

class BlockDeviceTest {
    private static final int SECTORS = 64;

    @TempDir
    Path folder;

    private FileDisk disk(boolean readOnly) throws IOException {
        Path file = Files.createTempFile(folder, "disk", null);
        byte[] content = new byte[SECTORS * BlockRequestLayout.SECTOR_SIZE];
        content[7 * BlockRequestLayout.SECTOR_SIZE] = 42;
        return FileDisk.open(Files.write(file, content), readOnly);
    }

    private static long config(BlockDevice device, int offset, int size) {
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << 8 | device.config().read(offset + i);
        }
        return value;
    }

    @Test
    void configuration_describes_the_disk_and_the_limits() throws IOException {
        try (FileDisk disk = disk(false)) {
            BlockDevice device = new BlockDevice("disk0", disk, "", RingFeatures.SUPPORTED, 0);
            assertThat(config(device, BlockConfigLayout.CAPACITY, 8)).isEqualTo(SECTORS);
            assertThat(config(device, BlockConfigLayout.SEG_MAX, 4)).isEqualTo(device.queueSizes()[0] - 2);
            assertThat(config(device, BlockConfigLayout.BLK_SIZE, 4)).isEqualTo(512);
            assertThat(config(device, BlockConfigLayout.MAX_WRITE_ZEROES_SECTORS, 4))
                    .isEqualTo(65536);
            assertThat(config(device, BlockConfigLayout.MAX_WRITE_ZEROES_SEG, 4))
                    .isEqualTo(1);
            assertThat(device.config().length()).isEqualTo(60);
        }
    }

    @Test
    void only_a_writable_disk_offers_to_write_zeros_and_only_a_read_only_one_says_so() throws IOException {
        long both = BlockFeatures.SEG_MAX | BlockFeatures.BLK_SIZE | BlockFeatures.FLUSH | RingFeatures.SUPPORTED;
        try (FileDisk writable = disk(false);
                FileDisk readOnly = disk(true)) {
            assertThat(new BlockDevice("disk0", writable, "", RingFeatures.SUPPORTED, 0).features())
                    .isEqualTo(both | BlockFeatures.WRITE_ZEROES);
            BlockDevice device = new BlockDevice("disk0", readOnly, "", RingFeatures.SUPPORTED, 0);
            assertThat(device.features()).isEqualTo(both | BlockFeatures.RO);
            assertThat(config(device, BlockConfigLayout.MAX_WRITE_ZEROES_SECTORS, 4))
                    .isZero();
        }
    }

    @Test
    void driver_in_the_same_process_reads_a_sector_and_hears_of_it() throws Exception {
        GuestMemory memory = new GuestMemory();
        memory.add(new MemoryRegion(0, 0xffff, true, List.of(ByteBuffer.allocateDirect(0x10000))));
        try (FileDisk disk = disk(false);
                VirtioDevice device = new VirtioDevice(
                        "disk0", new BlockDevice("disk0", disk, "", RingFeatures.SUPPORTED, 0), platform(memory));
                MemoryAccess access = memory.open()) {
            DriverTransport transport = new InProcessTransport(device);
            assertThat(transport.deviceId()).isEqualTo(BlockQueues.DEVICE_ID);
            Semaphore interrupts = new Semaphore(0);
            transport.connect(releasing(interrupts));
            DriverQueue queue = start(transport, access);

            access.putInt(0x8000 + BlockRequestLayout.TYPE, BlockRequestType.IN.value());
            access.putLong(0x8000 + BlockRequestLayout.SECTOR, 7);
            queue.add(new long[] {0x8000, BlockRequestLayout.HEADER_SIZE, 0x9000, 513}, 1);
            queue.publish();
            if (queue.kickWanted()) {
                transport.kick(BlockQueues.REQUEST);
            }
            interrupts.acquire();
            assertThat(queue.poll()).isNotNegative();
            assertThat(queue.usedLength()).isEqualTo(513);
            assertThat(access.getByte(0x9000)).isEqualTo((byte) 42);
        }
    }

    private static DriverQueue start(DriverTransport transport, MemoryAccess access) throws RingFault {
        long features = transport.offeredFeatures();
        QueueAddresses addresses = new QueueAddresses(transport.maxQueueSize(BlockQueues.REQUEST), 0, 0x2000, 0x4000);
        transport.setStatus(DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER);
        transport.acceptFeatures(features);
        transport.setStatus(transport.status() | DeviceStatus.FEATURES_OK);
        assertThat(features & VirtioFeatures.ACCESS_PLATFORM).isNotZero();
        assertThat(transport.enableQueue(BlockQueues.REQUEST, addresses)).isTrue();
        transport.setStatus(transport.status() | DeviceStatus.DRIVER_OK);
        return Virtqueues.openDriver(addresses, features, access);
    }

    @Test
    void queue_that_cannot_be_used_leaves_no_access_to_memory_behind() throws Exception {
        try (FileDisk disk = disk(false)) {
            RefusingActivation activation = new RefusingActivation();
            BlockDevice device = new BlockDevice("disk0", disk, "", RingFeatures.SUPPORTED, 0);
            assertThatExceptionOfType(RingFault.class).isThrownBy(() -> device.start(activation));
            assertThat(activation.closed()).isTrue();
        }
    }

    private static MemoryPlatform platform(GuestMemory memory) {
        return new MemoryPlatform() {
            @Override
            public MemoryAccess open() {
                return memory.open();
            }

            @Override
            public boolean translates() {
                return true;
            }
        };
    }

    private static DeviceInterrupts releasing(Semaphore interrupts) {
        return new DeviceInterrupts() {
            @Override
            public void queue(int queue) {
                interrupts.release();
            }

            @Override
            public void config() {}
        };
    }
}
