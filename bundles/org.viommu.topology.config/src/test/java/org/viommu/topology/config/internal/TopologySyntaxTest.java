// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.config.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viommu.topology.EndpointNode;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.Topology;
import org.viommu.topology.UntranslatedNode;

class TopologySyntaxTest {
    private static final String PID = "org.viommu.topology.static";
    private static final IommuNode PCI = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));

    private static Topology endpoints(String... entries) {
        Topology.Builder topology = Topology.builder();
        new TopologySyntax(PID, topology).addEndpoints("endpoints", entries);
        return topology.build();
    }

    @Test
    void functions_ranges_and_platform_devices_with_their_iommus() {
        assertThat(endpoints(
                        "00:02.0=0x10@00:01.0",
                        " 0001:00:00.0 - 0001:ff:1f.7 = 65536 @ 00:01.0 ",
                        "0x1c000000=0x20000@0x9050000"))
                .isEqualTo(Topology.builder()
                        .iommu(PCI)
                        .iommu(new IommuNode.MmioWindow(0x9050000))
                        .endpoint(new EndpointNode.PciRange(PciAddress.parse("00:02.0"), 0x10, PCI))
                        .endpoint(new EndpointNode.PciRange(
                                PciAddress.of(1, 0), PciAddress.of(1, 0xffff), 0x10000, PCI, List.of()))
                        .endpoint(new EndpointNode.Platform(
                                0x1c000000, 0x20000, new IommuNode.MmioWindow(0x9050000), List.of()))
                        .build());
    }

    @Test
    void reserved_regions_follow_after_commas() {
        assertThat(endpoints("00:02.0=0x10@00:01.0,0xfee00000:0xfeefffff:1,0:fff:0")
                        .endpoints()
                        .get(0)
                        .reserved())
                .containsExactly(
                        new ReservedRegion(0xfee00000L, 0xfeefffffL, ReservedRegion.Kind.MSI),
                        new ReservedRegion(0, 0xfff, ReservedRegion.Kind.RESERVED));
    }

    @Test
    void what_is_untranslated_on_purpose() {
        Topology.Builder topology = Topology.builder();
        new TopologySyntax(PID, topology).addUntranslated("untranslated", "00:1f.0-00:1f.7", "0x1000");
        assertThat(topology.build().untranslated())
                .containsExactly(
                        new UntranslatedNode.PciRange(PciAddress.parse("00:1f.0"), PciAddress.parse("00:1f.7")),
                        new UntranslatedNode.Platform(0x1000));
    }

    @Test
    void problems_quote_the_entries() {
        assertThat(endpoints("00:02.0=0x10@00:01.0", "00:03.0=0x10@00:01.0").problems())
                .singleElement()
                .asString()
                .startsWith("error: endpoints '00:03.0=0x10@00:01.0': ")
                .contains("endpoints '00:02.0=0x10@00:01.0'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "00:02.0; write DEVICES=ENDPOINT@IOMMU",
                "00:02.0=0x10; write DEVICES=ENDPOINT@IOMMU",
                "00:22.0=0x10@00:01.0; device 22 is above 1f",
                "00:02.0=0x100000000@00:01.0; '0x100000000' is no endpoint ID of 0 to 0xffffffff",
                "00:02.0=-1@00:01.0; '-1' is no endpoint ID",
                "00:02.0=x@00:01.0; 'x' is no endpoint ID",
                "00:02.0=0x10@iommu0; 'iommu0' is no PCI address",
                "00:03.0-00:02.0=0x10@00:01.0; is reversed",
                "00:02.0=0x10@00:01.0,1:2; write LOW:HIGH:TYPE",
                "0xfffffffffffffffff=0x10@00:01.0; is no PCI address"
            })
    void a_wrong_entry_is_named_with_pid_key_and_value(String entry, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> endpoints(entry))
                .withMessageStartingWith(PID + ": endpoints: '" + entry + "': ")
                .withMessageContaining(why);
    }
}
