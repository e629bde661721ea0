// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viommu.configuration.Change;
import org.viommu.configuration.Settings;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.ReservedRegion.Kind;
import org.viommu.virtqueue.RingFeatures;

class SettingsTest {
    @Test
    void the_machine_alone_is_enough() {
        IommuSettings settings = IommuSettings.of(configuration(Map.of()));
        assertThat(settings.qualifiedName()).isEqualTo("vm1/iommu0");
        assertThat(settings.node()).isEqualTo(new IommuNode.PciFunction(new PciAddress(0, 0, 1, 0)));
        assertThat(settings.bootBypass()).isTrue();
        assertThat(settings.granule()).isEqualTo(0x1000);
        assertThat(settings.inputEnd()).isEqualTo(-1L);
        assertThat(settings.reserved()).containsExactly(new ReservedRegion(0xfee00000L, 0xfeefffffL, Kind.MSI));
        assertThat(settings.quotas()).isEqualTo(new Quotas(65536, 65536, 1048576));
        assertThat(settings.pollMaxNanos()).isEqualTo(500_000);
    }

    @Test
    void packed_rings_and_rings_in_order_are_offered_if_they_are_asked_for() {
        assertThat(rings(Map.of())).isEqualTo(RingFeatures.SUPPORTED);
        assertThat(rings(Map.of("packed", true))).isEqualTo(RingFeatures.SUPPORTED | RingFeatures.PACKED);
        assertThat(rings(Map.of("in__order", true))).isEqualTo(RingFeatures.SUPPORTED | RingFeatures.IN_ORDER);
    }

    @Test
    void how_the_device_talks_is_a_matter_of_configuration() {
        assertThat(IommuSettings.of(configuration(Map.of())).protocol()).isEqualTo(Protocol.STANDARD);
        Map<String, ?> other =
                Map.of("dialect", "v0.9", "compat", "qemu", "legacy$_$bypass", true, "domain$_$bits", 16);
        assertThat(IommuSettings.of(configuration(other)).protocol())
                .isEqualTo(new Protocol(Dialect.V0_9, Compatibility.QEMU, true, 0xffff));
    }

    private static long rings(Map<String, ?> values) {
        return IommuSettings.of(configuration(values)).rings();
    }

    @ParameterizedTest
    @CsvSource({"32,0xffffffff", "39,0x7fffffffff", "48,0xffffffffffff", "64,0xffffffffffffffff"})
    void aw_bits_limit_the_input_range(int width, String end) {
        assertThat(IommuSettings.of(configuration(Map.of("aw$_$bits", width))).inputEnd())
                .isEqualTo(Long.parseUnsignedLong(end.substring(2), 16));
    }

    @Test
    void reserved_regions_are_hexadecimal_with_or_without_prefix() {
        String[] regions = {"0x1000:0x1fff:0", "fee00000:FEEFFFFF:1"};
        assertThat(ReservedRegion.parse(regions[0])).isEqualTo(new ReservedRegion(0x1000, 0x1fff, Kind.RESERVED));
        assertThat(ReservedRegion.parse(regions[1])).isEqualTo(new ReservedRegion(0xfee00000L, 0xfeefffffL, Kind.MSI));
        assertThat(ReservedRegion.parse("fffffffffffff000:ffffffffffffffff:0"))
                .isEqualTo(new ReservedRegion(-0x1000L, -1L, Kind.RESERVED));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "machine|machine|' '|a name is needed",
                "name|name|''|a name is needed",
                "address|address|1|'1' is no PCI address",
                "granule|granule|5k|allowed are 4k, 8k, 16k, 64k",
                "aw$_$bits|aw-bits|31|allowed are 32 to 64",
                "aw$_$bits|aw-bits|65|allowed are 32 to 64",
                "poll$_$max$_$ns|poll-max-ns|-1|allowed are 0 to 1000000000",
                "poll$_$max$_$ns|poll-max-ns|1000000001|allowed are 0 to 1000000000",
                "dialect|dialect|v0.8|allowed are standard, v0.9",
                "compat|compat|kvmtool|allowed are strict, qemu",
                "domain$_$bits|domain-bits|0|allowed are 1 to 32",
                "domain$_$bits|domain-bits|33|allowed are 1 to 32",
                "max$_$domains|max-domains|0|must be at least 1",
                "max$_$mappings|max-mappings|-1|must be at least 1",
                "reserved$_$regions|reserved-regions|0x1000-0x2000:0|write LOW:HIGH:TYPE",
                "reserved$_$regions|reserved-regions|0:fff:2|write LOW:HIGH:TYPE",
                "reserved$_$regions|reserved-regions|2000:1fff:0|ends before it starts",
            })
    void a_refused_value_is_named_with_its_key_and_what_is_allowed(
            String method, String key, String value, String allowed) {
        Object typed = value;
        if (method.matches("(max|poll|aw|domain).*")) {
            typed = Integer.parseInt(value);
        } else if (method.startsWith("reserved")) {
            typed = new String[] {value};
        }
        IommuConfiguration configuration = configuration(Map.of(method, typed));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IommuSettings.of(configuration))
                .withMessageContainingAll("org.viommu.iommu: " + key + ": '" + value + "'", allowed);
    }

    @Test
    void D46_D47_reserved_regions_that_cannot_stand_beside_one_another_are_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IommuSettings.of(
                        configuration(Map.of("reserved$_$regions", new String[] {"1000:2fff:0", "2000:3fff:0"}))))
                .withMessageContaining("overlaps RESERVED 0x1000-0x2fff");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> IommuSettings.of(
                        configuration(Map.of("reserved$_$regions", new String[] {"1000:1fff:1", "2000:3fff:1"}))))
                .withMessageContaining("only one region may have type 1");
    }

    @Test
    void a_value_of_the_wrong_type_names_its_key() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(Map.of("aw-bits", "wide")))
                .withMessage("org.viommu.iommu: aw-bits: 'wide': a whole number is needed");
    }

    @Test
    void a_device_at_work_follows_these_changes_and_no_others() {
        Map<String, ?> other = Map.ofEntries(
                Map.entry("machine", "vm2"),
                Map.entry("name", "other"),
                Map.entry("address", "00:03.0"),
                Map.entry("boot-bypass", "off"),
                Map.entry("granule", "64k"),
                Map.entry("aw-bits", 48),
                Map.entry("reserved-regions", ""),
                Map.entry("packed", "on"),
                Map.entry("in_order", "on"),
                Map.entry("dialect", "v0.9"),
                Map.entry("compat", "qemu"),
                Map.entry("legacy-bypass", "on"),
                Map.entry("domain-bits", 16),
                Map.entry("max-domains", 1),
                Map.entry("max-endpoints", 1),
                Map.entry("max-mappings", 1),
                Map.entry("poll-max-ns", 1),
                Map.entry("store.target", "(a=b)"));
        List<Change> changes = read(Map.of()).changesTo(read(other));
        assertThat(changes).extracting(Change::key).containsExactlyInAnyOrderElementsOf(other.keySet());
        assertThat(changes)
                .filteredOn(change -> !IommuSettings.disturbing(changes).contains(change))
                .extracting(Change::key)
                .containsExactly(
                        "boot-bypass", "max-domains", "max-endpoints", "max-mappings", "poll-max-ns", "store.target");
    }

    /** A configuration as an operator writes it. */
    static Settings<IommuConfiguration> read(Map<String, ?> properties) {
        Map<String, Object> all = new HashMap<>(Map.of("machine", "vm1"));
        all.putAll(properties);
        return Settings.read(IommuConfiguration.PID, IommuConfiguration.class, all);
    }

    /** The defaults, but for the given methods. */
    static IommuConfiguration configuration(Map<String, ?> values) {
        Map<String, Object> all = new HashMap<>(Map.of("machine", "vm1"));
        all.putAll(values);
        return (IommuConfiguration) Proxy.newProxyInstance(
                SettingsTest.class.getClassLoader(),
                new Class<?>[] {IommuConfiguration.class, Annotation.class},
                (proxy, method, arguments) -> all.getOrDefault(method.getName(), method.getDefaultValue()));
    }
}
