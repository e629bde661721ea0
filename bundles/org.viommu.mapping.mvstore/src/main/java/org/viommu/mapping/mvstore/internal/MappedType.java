// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.mvstore.internal;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;

/** How a mapping stands in a page of the file: its end as 8 bytes, its physical address in units of the largest power of two that fits, its flags. */
final class MappedType extends BasicDataType<Mapped> {
    private static final int MEMORY = 40;

    @Override
    public int getMemory(Mapped value) {
        return MEMORY;
    }

    @Override
    public void write(WriteBuffer buffer, Mapped value) {
        buffer.putLong(value.end());
        int shift = Math.min(Long.numberOfTrailingZeros(value.physical()), Long.SIZE - 1);
        buffer.put((byte) shift);
        buffer.putVarLong(value.physical() >>> shift);
        buffer.putVarInt(value.flags());
    }

    @Override
    public Mapped read(ByteBuffer buffer) {
        long end = buffer.getLong();
        int shift = buffer.get();
        long physical = DataUtils.readVarLong(buffer) << shift;
        return new Mapped(end, physical, DataUtils.readVarInt(buffer));
    }

    @Override
    public Mapped[] createStorage(int size) {
        return new Mapped[size];
    }
}
