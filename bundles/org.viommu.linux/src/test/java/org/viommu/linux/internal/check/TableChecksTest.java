// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.check.Outcome.Result;
import org.viommu.linux.internal.platform.BootTable;
import org.viommu.topology.IommuNode;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.TopologyReader;

class TableChecksTest {
    /** A format of one byte: the address of an IOMMU. */
    private static final TopologyReader READER = new TopologyReader() {
        @Override
        public boolean recognizes(byte[] table) {
            return true;
        }

        @Override
        public Topology read(byte[] table) throws TopologyFormatException {
            if (table[0] == 0) {
                throw new TopologyFormatException(0, "address", "0", "must be above");
            }
            return Topology.builder().iommu(new IommuNode.MmioWindow(table[0])).build();
        }
    };

    @TempDir
    private Path folder;

    private Outcome table(String answer) throws Exception {
        Path file = Files.write(folder.resolve("table"), new byte[] {1, 7});
        BootTable table = new BootTable("pid", file, file, READER, "/sys/x", List.of(), new BootTable.Msi(0, 1));
        try (CheckBench bench = new CheckBench(Files.createTempDirectory(folder, "b"), request -> answer)) {
            return new BootTableCheck(bench.guest(), table).run();
        }
    }

    private Outcome window(String answer) throws Exception {
        try (CheckBench bench = new CheckBench(Files.createTempDirectory(folder, "b"), request -> answer)) {
            BootTable.Msi expected = new BootTable.Msi(0x08020000, 0x08020fff);
            return new MsiWindowCheck(bench.guest(), List.of("0000:00:02.0"), expected.words()).run();
        }
    }

    @Test
    void the_same_bytes_pass_and_so_does_the_same_graph() throws Exception {
        assertThat(table("ok hex=0107").detail()).endsWith("byte for byte");
        assertThat(table("ok hex=0108").detail()).endsWith("beside what the VMM added");
        assertThat(table("ok hex=0108").result()).isEqualTo(Result.PASS);
    }

    @Test
    void another_graph_no_table_and_a_broken_one_fail() throws Exception {
        assertThat(table("ok hex=0207").result()).isEqualTo(Result.FAIL);
        assertThat(table("ok hex=").result()).isEqualTo(Result.FAIL);
        assertThat(table("error no such file").result()).isEqualTo(Result.FAIL);
        assertThat(table("ok hex=0007").detail()).contains("byte 0x0: address is 0");
    }

    @Test
    void exactly_the_window_of_the_machine_passes() throws Exception {
        assertThat(window("ok windows=0x0000000008020000-0x0000000008020fff").result())
                .isEqualTo(Result.PASS);
        assertThat(window("ok windows=").result()).isEqualTo(Result.FAIL);
        assertThat(window("ok windows=0x00000000fee00000-0x00000000feefffff").result())
                .isEqualTo(Result.FAIL);
    }
}
