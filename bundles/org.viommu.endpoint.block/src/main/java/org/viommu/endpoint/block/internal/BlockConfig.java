// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.viommu.endpoint.block.BlockConfigLayout;
import org.viommu.endpoint.block.BlockRequestLayout;
import org.viommu.virtio.DeviceConfig;

/** The configuration space of a block device; it never changes. */
final class BlockConfig implements DeviceConfig {
    /** 32 MiB: one request stays short. */
    static final int MAX_WRITE_ZEROES_SECTORS = 1 << 16;

    private final ByteBuffer bytes = ByteBuffer.allocate(BlockConfigLayout.SIZE).order(ByteOrder.LITTLE_ENDIAN);

    BlockConfig(FileDisk disk, int segments) {
        bytes.putLong(BlockConfigLayout.CAPACITY, disk.sectors());
        bytes.putInt(BlockConfigLayout.SEG_MAX, segments);
        bytes.putInt(BlockConfigLayout.BLK_SIZE, BlockRequestLayout.SECTOR_SIZE);
        if (!disk.readOnly()) {
            bytes.putInt(BlockConfigLayout.MAX_WRITE_ZEROES_SECTORS, MAX_WRITE_ZEROES_SECTORS);
            bytes.putInt(BlockConfigLayout.MAX_WRITE_ZEROES_SEG, 1);
        }
    }

    @Override
    public int length() {
        return bytes.capacity();
    }

    @Override
    public int read(int offset) {
        return bytes.get(offset) & 0xff;
    }
}
