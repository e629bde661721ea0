// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

/** Who is compared. */
enum Store {
    GTREE("GLib GTree as in QEMU", "gtree.c", null),
    STD_MAP("C++ std::map", "stdmap.cpp", null),
    C_RADIX("C page table", "radix.c", null),
    RADIX("mapping.radix", null, "org.viommu.mapping.radix.RadixStore"),
    TREE("mapping.tree", null, "org.viommu.mapping.tree.TreeStore"),
    /** The default store behind the device's rules, asked by a port. */
    PORT("mapping.radix, by a DMA port", null, "org.viommu.iommu.internal.PortStore");

    final String title;

    /** File in {@code benchmarks/native}, or null. */
    final String source;

    /** Class with a constructor that takes the limit of mappings, or null. */
    final String type;

    Store(String title, String source, String type) {
        this.title = title;
        this.source = source;
        this.type = type;
    }

    boolean isNative() {
        return source != null;
    }
}
