// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.viommu.virtio.iommu.AttachLayout;
import org.viommu.virtio.iommu.DetachLayout;
import org.viommu.virtio.iommu.MapLayout;
import org.viommu.virtio.iommu.ProbeLayout;
import org.viommu.virtio.iommu.RequestLayout;
import org.viommu.virtio.iommu.RequestType;
import org.viommu.virtio.iommu.UnmapLayout;

/** The device-readable parts of requests, for a check to spoil. */
public final class Requests {
    private Requests() {}

    public static ByteBuffer attach(int domain, int endpoint, int flags) {
        return request(RequestType.ATTACH, domain)
                .putInt(AttachLayout.ENDPOINT, endpoint)
                .putInt(AttachLayout.FLAGS, flags);
    }

    public static ByteBuffer detach(int domain, int endpoint) {
        return request(RequestType.DETACH, domain).putInt(DetachLayout.ENDPOINT, endpoint);
    }

    public static ByteBuffer map(int domain, long start, long end, long physical, int flags) {
        return request(RequestType.MAP, domain)
                .putLong(MapLayout.VIRTUAL_START, start)
                .putLong(MapLayout.VIRTUAL_END, end)
                .putLong(MapLayout.PHYSICAL_START, physical)
                .putInt(MapLayout.FLAGS, flags);
    }

    public static ByteBuffer unmap(int domain, long start, long end) {
        return request(RequestType.UNMAP, domain)
                .putLong(UnmapLayout.VIRTUAL_START, start)
                .putLong(UnmapLayout.VIRTUAL_END, end);
    }

    public static ByteBuffer probe(int endpoint) {
        return request(RequestType.PROBE, endpoint);
    }

    /** A request of which only the head and the ID behind it are set. */
    public static ByteBuffer request(RequestType type, int id) {
        return empty(size(type)).put(RequestLayout.TYPE, (byte) type.value()).putInt(RequestLayout.HEAD_SIZE, id);
    }

    public static ByteBuffer empty(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    public static int size(RequestType type) {
        return switch (type) {
            case ATTACH -> AttachLayout.SIZE;
            case DETACH -> DetachLayout.SIZE;
            case MAP -> MapLayout.SIZE;
            case UNMAP -> UnmapLayout.SIZE;
            case PROBE -> ProbeLayout.SIZE;
        };
    }
}
