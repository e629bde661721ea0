// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.topology.devicetree.internal.SampleTree.MMIO_IOMMU;
import static org.viommu.topology.devicetree.internal.SampleTree.PCI_IOMMU;
import static org.viommu.topology.devicetree.internal.SampleTree.set;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.devicetree.FdtLayout;

class HostileBlobTest {
    private static final int MEBIBYTE = 1 << 20;

    /** Far more than it takes, far less than it would take to compare each with each. */
    private static final Duration BOUND = Duration.ofMinutes(5);

    private static final IommuNode IOMMU = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void a_damaged_blob_gives_a_topology_or_a_format_exception_and_nothing_else(long seed) {
        Random random = new Random(seed);
        byte[] sound = full().blob();
        int read = 0;
        for (int round = 0; round < 5_000; round++) {
            byte[] blob = sound.clone();
            for (int i = random.nextInt(6); i >= 0; i--) {
                int position = random.nextInt(blob.length);
                blob[position] = (byte) (random.nextBoolean() ? random.nextInt() : random.nextInt(12) - 1);
            }
            read += isRead(random.nextInt(8) == 0 ? Arrays.copyOf(blob, random.nextInt(blob.length)) : blob) ? 1 : 0;
        }
        assertThat(read).as("the damage is not always fatal").isPositive();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void random_cells_in_every_property_give_a_topology(long seed) {
        Random random = new Random(seed);
        int[] likely = {0, 1, 2, PCI_IOMMU, MMIO_IOMMU, 8, 0x10, 0xffff, 0x10000, -1};
        for (int round = 0; round < 2_000; round++) {
            SampleTree tree = full();
            tree.root.forEach(node -> {
                for (DeviceProperty property : List.copyOf(node.properties())) {
                    if (property.isCells() && random.nextInt(4) == 0) {
                        int[] cells = new int[random.nextInt(12)];
                        Arrays.setAll(cells, i -> likely[random.nextInt(likely.length)]);
                        set(node, property.name(), cells);
                    }
                }
            });
            assertThat(isRead(tree.blob())).isTrue();
        }
    }

    @Test
    void as_many_overlapping_entries_as_fit_are_read_in_bounded_time() {
        SampleTree tree = new SampleTree();
        int count = MEBIBYTE / 16;
        int[] cells = new int[4 * count];
        for (int i = 0; i < count; i++) {
            int at = 4 * i;
            cells[at] = i * 7919 & 0xffff;
            cells[at + 1] = i % 3 == 0 ? 0x99 : PCI_IOMMU;
            cells[at + 2] = i;
            cells[at + 3] = 1 + i % 0x2000;
        }
        set(tree.first, "iommu-map", cells);
        readInBoundedTime(tree);
        set(tree.first, "iommu-map-mask", 0xaaaa);
        for (int i = 0; i < count; i++) {
            cells[4 * i] &= 0xaaaa;
        }
        set(tree.first, "iommu-map", cells);
        readInBoundedTime(tree);
    }

    @Test
    void as_many_root_complexes_and_iommus_as_fit_are_read_in_bounded_time() {
        SampleTree tree = new SampleTree();
        for (int i = 0; i < 4_000; i++) {
            DeviceNode complex = tree.root.add("pcie@" + i);
            complex.set(DeviceProperty.ofStrings("device_type", "pci"));
            set(complex, "linux,pci-domain", 0);
            set(complex, "iommu-map", 0, PCI_IOMMU, 0, 0x10000);
            set(complex, "iommu-map-mask", i);
            DeviceNode iommu = complex.add("iommu@1");
            iommu.set(DeviceProperty.ofStrings("compatible", "pci1af4,1057"));
            set(iommu, "reg", i << 8, 0, 0, 0, 0);
        }
        readInBoundedTime(tree);
    }

    @Test
    void names_that_are_used_over_and_over_are_read_in_bounded_time() {
        SampleTree tree = new SampleTree();
        DeviceNode bus = tree.root;
        for (int i = 0; i < 60; i++) {
            bus = bus.add("bus");
            for (int j = 0; j < 100; j++) {
                set(bus, "p".repeat(200) + j, j);
            }
        }
        for (int i = 0; i < 10_000; i++) {
            set(bus.add("a"), "iommus", 0x99, 1);
        }
        readInBoundedTime(tree);
    }

    private static SampleTree full() {
        SampleTree tree = new SampleTree();
        set(tree.first, "iommu-map", 0, PCI_IOMMU, 0, 8, 9, PCI_IOMMU, 9, 0xfff7);
        set(tree.second, "iommu-map", 0, MMIO_IOMMU, 0x10000, 0x10000);
        set(tree.second, "iommu-map-mask", 0xfff8);
        set(tree.second, "linux,pci-domain", 4);
        set(tree.device, "iommus", PCI_IOMMU, 0x20000, MMIO_IOMMU, 5);
        return tree;
    }

    private static void readInBoundedTime(SampleTree tree) {
        byte[] blob = tree.blob();
        assertThat(ByteBuffer.wrap(blob).getInt(FdtLayout.TOTAL_SIZE)).isEqualTo(blob.length);
        Assertions.assertTimeout(BOUND, () -> assertThat(isRead(blob)).isTrue());
    }

    /** Reads and judges a blob; whatever else than the one exception it causes fails the test. */
    private static boolean isRead(byte[] blob) {
        try {
            Topology topology = new DeviceTreeReader().read(blob);
            assertThat(topology.problems()).doesNotContainNull();
            assertThat(topology.toString()).isNotEmpty();
            topology.find(IOMMU, 7);
            new DeviceTreePatcher().patch(blob, Topology.EMPTY);
            return true;
        } catch (TopologyFormatException e) {
            assertThat(e.offset()).isBetween(0L, (long) blob.length);
            return false;
        }
    }
}
