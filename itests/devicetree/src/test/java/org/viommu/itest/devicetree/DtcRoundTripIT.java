// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.devicetree;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.viommu.linux.internal.CannotRun;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.Topology;
import org.viommu.topology.devicetree.internal.DeviceTreePatcher;
import org.viommu.topology.devicetree.internal.DeviceTreeReader;
import org.viommu.topology.devicetree.internal.DeviceTreeWriter;

/** What we write, Debian's compiler reads and writes back byte for byte, and the other way round. */
class DtcRoundTripIT {
    private static final IommuNode IOMMU = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));

    /** Reservations, labels, strings, empty values, names that are ends of others, and odd lengths. */
    private static final String SOURCE = """
            /dts-v1/;
            /memreserve/ 0x80000000 0x1000;
            /memreserve/ 0x0 0x400000000;
            / {
                #address-cells = <2>;
                #size-cells = <2>;
                model = "a machine";
                empty;
                odd = [01 02 03];
                chosen { bootargs = "console=ttyAMA0", "more"; };
                intc: intc@8000000 { linux,phandle = <9>; phandle = <9>; address-cells; };
                pcie@10000000 {
                    device_type = "pci";
                    #address-cells = <3>;
                    #size-cells = <2>;
                    reg = <0 0x10000000 0 0x1000>;
                    iommu-map = <0 &viommu 0 8>, <9 &viommu 9 0xfff7>;
                    viommu: iommu@1,0 {
                        compatible = "virtio,pci-iommu", "pci1af4,1057";
                        reg = <0x800 0 0 0 0>;
                        #iommu-cells = <1>;
                    };
                };
            };
            """;

    @TempDir
    private static Path folder;

    private static Dtc dtc;

    @BeforeAll
    static void getCompiler() throws Exception {
        try {
            dtc = Dtc.get(folder);
        } catch (CannotRun e) {
            if ("true".equals(System.getenv("CI"))) {
                throw e;
            }
            System.err.printf("%n!!! THE DEVICETREE COMPILER IS NOT TO BE HAD:%n%s%n", e.getMessage());
            Assumptions.abort("Debian's packages are out of reach");
        }
    }

    private static byte[] source(String... arguments) throws Exception {
        return dtc.compile(folder, "dts", "dtb", SOURCE.getBytes(StandardCharsets.US_ASCII), arguments);
    }

    /** A patch of nothing reads the blob and writes it. */
    private static byte[] rewritten(byte[] blob) throws Exception {
        return new DeviceTreePatcher().patch(blob, Topology.EMPTY);
    }

    @Test
    void a_blob_of_the_compiler_is_written_as_it_was_read() throws Exception {
        byte[] blob = source();
        assertThat(rewritten(blob)).isEqualTo(blob);
    }

    @Test
    void an_older_version_and_room_to_spare_are_written_as_the_current_version_without() throws Exception {
        assertThat(rewritten(source("-V", "16"))).isEqualTo(source());
        assertThat(rewritten(source("-S", "1048576"))).isEqualTo(source());
    }

    @Test
    void what_the_patcher_writes_comes_back_from_the_compiler_unchanged() throws Exception {
        Topology topology = Topology.builder()
                .iommu(IOMMU)
                .endpoint(new EndpointNode.PciRange(PciAddress.of(0, 0x10), 0x10, IOMMU))
                .build();
        byte[] patched = new DeviceTreePatcher().patch(source(), topology);
        assertUnchanged(patched);
        assertThat(new DeviceTreeReader().read(patched).endpoints()).isEqualTo(topology.endpoints());
    }

    @Test
    void what_the_writer_writes_comes_back_from_the_compiler_unchanged() throws Exception {
        Topology topology = Topology.builder()
                .iommu(IOMMU)
                .iommu(new IommuNode.MmioWindow(0x9000))
                .endpoint(new EndpointNode.PciRange(
                        PciAddress.of(0, 0), PciAddress.of(2, 0xffff), 0x10, IOMMU, List.of()))
                .endpoint(new EndpointNode.Platform(0x1_0000_8000L, 7, new IommuNode.MmioWindow(0x9000), List.of()))
                .build();
        assertUnchanged(new DeviceTreeWriter().write(topology));
    }

    @Test
    void the_graph_of_a_source_is_what_the_source_says() throws Exception {
        Topology read = new DeviceTreeReader().read(source());
        assertThat(read.iommus()).containsExactly(IOMMU);
        assertThat(read.find(PciAddress.parse("00:02.0")).orElseThrow().endpoint())
                .isEqualTo(0x10);
        assertThat(read.find(PciAddress.parse("00:01.0"))).isEmpty();
        assertThat(read.problems()).isEmpty();
    }

    private static void assertUnchanged(byte[] blob) throws Exception {
        assertThat(dtc.compile(folder, "dtb", "dtb", blob)).isEqualTo(blob);
        byte[] text = dtc.compile(folder, "dtb", "dts", blob);
        assertThat(dtc.compile(folder, "dts", "dtb", text)).isEqualTo(blob);
    }
}
