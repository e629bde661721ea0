// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryRegion;
import org.viommu.transport.vfiouser.internal.os.Errno;
import org.viommu.transport.vfiouser.internal.os.MappedFile;
import org.viommu.transport.vfiouser.internal.os.SystemCallException;
import org.viommu.transport.vfiouser.internal.wire.DmaMapLayout;
import org.viommu.transport.vfiouser.internal.wire.DmaUnmapLayout;
import org.viommu.transport.vfiouser.internal.wire.Message;
import org.viommu.transport.vfiouser.internal.wire.ProtocolViolation;
import org.viommu.transport.vfiouser.internal.wire.Refusal;

/**
 * The memory that the VMM has given to one connection; vfio-user 0.0, VFIO_USER_DMA_MAP and VFIO_USER_DMA_UNMAP.
 * Confined to one thread.
 */
final class DmaMappings {
    /** How many there may be at a time. */
    static final int MAX = 65535;
    /** What addresses and sizes are multiples of, in bytes. */
    static final int PAGE_SIZE = 4096;

    private static final int KNOWN_FLAGS = DmaMapLayout.FLAG_READABLE | DmaMapLayout.FLAG_WRITABLE;

    private final GuestMemory memory;
    private final NavigableMap<Long, Mapping> byStart = new TreeMap<>(Long::compareUnsigned);

    /** A mapping of an inclusive range; its file is null if the VMM gave none. */
    private record Mapping(long start, long end, MappedFile file) {
        void unmap() {
            if (file != null) {
                file.close();
            }
        }
    }

    DmaMappings(GuestMemory memory) {
        this.memory = memory;
    }

    /** Serves DMA_MAP. */
    void map(Message message) throws ProtocolViolation, Refusal {
        message.requireLength(DmaMapLayout.LENGTH);
        message.requireArgsz(DmaMapLayout.ARGSZ, DmaMapLayout.LENGTH);
        message.allowDescriptors(1);
        ByteBuffer body = message.body();
        int flags = body.getInt(DmaMapLayout.FLAGS);
        long start = body.getLong(DmaMapLayout.ADDRESS);
        long end = end(start, body.getLong(DmaMapLayout.SIZE));
        if ((flags & DmaMapLayout.FLAG_READABLE) == 0 || (flags & ~KNOWN_FLAGS) != 0) {
            throw new Refusal(Errno.EINVAL, "flags 0x%x are not readable or readable and writable".formatted(flags));
        }
        Map.Entry<Long, Mapping> before = byStart.floorEntry(end);
        if (before != null && Long.compareUnsigned(before.getValue().end(), start) >= 0) {
            throw new Refusal(Errno.EEXIST, range(start, end) + " overlaps a mapping");
        }
        if (byStart.size() == MAX) {
            throw new Refusal(Errno.ENOSPC, "there are " + MAX + " mappings already");
        }
        boolean writable = (flags & DmaMapLayout.FLAG_WRITABLE) != 0;
        MappedFile file = message.descriptors().count() == 0 ? null : file(message, start, end, writable);
        memory.add(
                file == null
                        ? MemoryRegion.notMappable(start, end)
                        : new MemoryRegion(start, end, writable, file.windows(MemoryRegion.WINDOW_SIZE)));
        byStart.put(start, new Mapping(start, end, file));
        message.reply(0);
    }

    /** Serves DMA_UNMAP. When it returns, no access uses what was unmapped. */
    void unmap(Message message) throws ProtocolViolation, Refusal {
        message.requireLength(DmaUnmapLayout.LENGTH);
        message.requireArgsz(DmaUnmapLayout.ARGSZ, DmaUnmapLayout.LENGTH);
        message.allowDescriptors(0);
        ByteBuffer body = message.body();
        int flags = body.getInt(DmaUnmapLayout.FLAGS);
        long start = body.getLong(DmaUnmapLayout.ADDRESS);
        long size = body.getLong(DmaUnmapLayout.SIZE);
        if (flags == DmaUnmapLayout.FLAG_ALL) {
            if (start != 0 || size != 0) {
                throw new Refusal(Errno.EINVAL, "address and size are not 0, although all is to be unmapped");
            }
            clear();
        } else if (flags == 0) {
            unmap(start, end(start, size));
        } else {
            throw new Refusal(Errno.EINVAL, "flags 0x%x are unknown".formatted(flags));
        }
        message.reply(DmaUnmapLayout.LENGTH);
    }

    /** Unmaps everything. When it returns, no access uses it. */
    void clear() {
        memory.replace(List.of());
        byStart.values().forEach(Mapping::unmap);
        byStart.clear();
    }

    private void unmap(long start, long end) throws Refusal {
        NavigableMap<Long, Mapping> inside = byStart.subMap(start, true, end, true);
        Map.Entry<Long, Mapping> below = byStart.lowerEntry(start);
        boolean cutsBelow =
                below != null && Long.compareUnsigned(below.getValue().end(), start) >= 0;
        if (cutsBelow
                || !inside.isEmpty()
                        && Long.compareUnsigned(inside.lastEntry().getValue().end(), end) > 0) {
            throw new Refusal(Errno.EINVAL, range(start, end) + " would cut a mapping");
        }
        if (inside.isEmpty()) {
            throw new Refusal(Errno.ENOENT, range(start, end) + " has no mapping");
        }
        memory.remove(start, end);
        List<Mapping> removed = new ArrayList<>(inside.values());
        inside.clear();
        removed.forEach(Mapping::unmap);
    }

    private static MappedFile file(Message message, long start, long end, boolean writable) throws Refusal {
        long offset = message.body().getLong(DmaMapLayout.OFFSET);
        long size = end - start + 1;
        if (offset < 0 || offset % PAGE_SIZE != 0 || size <= 0) {
            throw new Refusal(
                    Errno.EINVAL, "file offset 0x%x of %s cannot be mapped".formatted(offset, range(start, end)));
        }
        try {
            return MappedFile.map(message.descriptors(), 0, offset, size, writable);
        } catch (SystemCallException e) {
            throw new Refusal(e.errno(), range(start, end) + ": " + e.getMessage());
        } catch (IOException e) {
            throw new Refusal(Errno.EIO, range(start, end) + ": " + e.getMessage());
        }
    }

    /** The last address of a range. */
    private static long end(long start, long size) throws Refusal {
        long end = start + size - 1;
        if (size == 0 || start % PAGE_SIZE != 0 || size % PAGE_SIZE != 0 || Long.compareUnsigned(end, start) < 0) {
            throw new Refusal(Errno.EINVAL, "0x%x bytes at 0x%x are no pages".formatted(size, start));
        }
        return end;
    }

    private static String range(long start, long end) {
        return "0x%x-0x%x".formatted(start, end);
    }
}
