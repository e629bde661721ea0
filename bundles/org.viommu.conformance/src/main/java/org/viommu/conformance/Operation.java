// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

/** One thing that a guest or an endpoint does to an IOMMU. */
public sealed interface Operation {
    /**
     * ATTACH.
     *
     * @param domain domain ID, unsigned
     * @param endpoint endpoint ID, unsigned
     * @param bypass whether the bypass flag is set
     */
    record Attach(int domain, int endpoint, boolean bypass) implements Operation {
        @Override
        public String toString() {
            return "ATTACH(domain %d, endpoint 0x%x%s)".formatted(domain, endpoint, bypass ? ", bypass" : "");
        }
    }

    /**
     * DETACH.
     *
     * @param domain domain ID, unsigned
     * @param endpoint endpoint ID, unsigned
     */
    record Detach(int domain, int endpoint) implements Operation {
        @Override
        public String toString() {
            return "DETACH(domain %d, endpoint 0x%x)".formatted(domain, endpoint);
        }
    }

    /**
     * MAP.
     *
     * @param domain domain ID, unsigned
     * @param start first I/O virtual address, unsigned
     * @param end last I/O virtual address (inclusive), unsigned
     * @param physical guest-physical address of the first byte, unsigned
     * @param flags of {@link org.viommu.virtio.iommu.MapFlags}
     */
    record Map(int domain, long start, long end, long physical, int flags) implements Operation {
        @Override
        public String toString() {
            return "MAP(domain %d, 0x%x-0x%x to 0x%x, flags %d)".formatted(domain, start, end, physical, flags);
        }
    }

    /**
     * UNMAP.
     *
     * @param domain domain ID, unsigned
     * @param start first I/O virtual address, unsigned
     * @param end last I/O virtual address (inclusive), unsigned
     */
    record Unmap(int domain, long start, long end) implements Operation {
        @Override
        public String toString() {
            return "UNMAP(domain %d, 0x%x-0x%x)".formatted(domain, start, end);
        }
    }

    /**
     * The guest writes the global bypass.
     *
     * @param value what it writes
     */
    record Bypass(boolean value) implements Operation {
        @Override
        public String toString() {
            return "bypass = " + (value ? 1 : 0);
        }
    }

    /**
     * An endpoint accesses eight bytes that lie in one page.
     *
     * @param endpoint endpoint ID, unsigned
     * @param address first I/O virtual address, a multiple of 8
     * @param write whether it writes
     */
    record Access(int endpoint, long address, boolean write) implements Operation {
        @Override
        public String toString() {
            return "%s(endpoint 0x%x, 0x%x)".formatted(write ? "write" : "read", endpoint, address);
        }
    }

    /**
     * What kind of operation it is.
     *
     * @return for example {@code MAP}
     */
    default String kind() {
        return getClass().getSimpleName();
    }
}
