// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    private static final String PID = "org.viommu.sample";

    @interface Sample {
        String machine();

        boolean boot$_$bypass() default true;

        int aw$_$bits() default 64;

        long max$_$bytes() default 1L << 40;

        boolean in__order() default false;

        String store_target() default "(a=*)";

        String[] reserved$_$regions() default {"0:1", "2:3"};
    }

    @Test
    void what_is_not_given_has_its_default() {
        Sample sample = read(Map.of()).values();
        assertThat(sample.machine()).isEqualTo("vm1");
        assertThat(sample.boot$_$bypass()).isTrue();
        assertThat(sample.aw$_$bits()).isEqualTo(64);
        assertThat(sample.max$_$bytes()).isEqualTo(1L << 40);
        assertThat(sample.reserved$_$regions()).containsExactly("0:1", "2:3");
        assertThat(sample.annotationType()).isEqualTo(Sample.class);
    }

    @ParameterizedTest
    @CsvSource({"on,true", "off,false", "yes,true", "no,false", "true,true", "FALSE,false", "y,true", "' n ',false"})
    void booleans_are_written_as_qemu_writes_them(String text, boolean value) {
        assertThat(read(Map.of("boot-bypass", text)).values().boot$_$bypass()).isEqualTo(value);
        assertThat(read(Map.of("in_order", text)).values().in__order()).isEqualTo(value);
    }

    @Test
    void values_may_be_typed_or_text() {
        assertThat(read(Map.of("boot-bypass", false)).values().boot$_$bypass()).isFalse();
        assertThat(read(Map.of("aw-bits", 48L)).values().aw$_$bits()).isEqualTo(48);
        assertThat(read(Map.of("aw-bits", "0x30")).values().aw$_$bits()).isEqualTo(48);
        assertThat(read(Map.of("aw-bits", List.of(48.0))).values().aw$_$bits()).isEqualTo(48);
        assertThat(read(Map.of("store.target", "(b=1)")).values().store_target())
                .isEqualTo("(b=1)");
        assertThat(read(Map.of("machine", new String[] {"vm2"})).values().machine())
                .isEqualTo("vm2");
    }

    @Test
    void a_list_is_an_array_a_collection_or_text_with_white_space() {
        for (Object written : List.of(new String[] {"4:5", " 6:7"}, List.of("4:5", "6:7"), " 4:5 \t 6:7\n")) {
            assertThat(read(Map.of("reserved-regions", written)).values().reserved$_$regions())
                    .containsExactly("4:5", "6:7");
        }
        assertThat(read(Map.of("reserved-regions", " ")).values().reserved$_$regions())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "boot-bypass|maybe|allowed are on and off",
                "aw-bits|wide|a whole number is needed",
                "aw-bits|4294967296|allowed are -2147483648 to 2147483647",
                "max-bytes|1.5|a whole number is needed",
            })
    void a_value_that_is_none_is_named_with_pid_and_key_and_what_is_allowed(String key, String value, String allowed) {
        assertThatExceptionOfType(SettingException.class)
                .isThrownBy(() -> read(Map.of(key, value)))
                .withMessage(PID + ": " + key + ": '" + value + "': " + allowed);
    }

    @Test
    void several_values_are_refused_where_one_is_needed() {
        assertThatExceptionOfType(SettingException.class)
                .isThrownBy(() -> read(Map.of("machine", new String[] {"a", "b"})))
                .withMessage(PID + ": machine: '[a, b]': one value is needed");
    }

    @Test
    void a_key_that_is_missing_is_named() {
        assertThatExceptionOfType(SettingException.class)
                .isThrownBy(() -> Settings.read(PID, Sample.class, Map.of()))
                .withMessage(PID + ": machine: is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"boot-bypas", "boot_bypass", "Boot-Bypass", "topology.target"})
    void a_key_that_does_not_exist_is_named_with_those_that_do(String key) {
        assertThatExceptionOfType(SettingException.class)
                .isThrownBy(() -> read(Map.of(key, "off")))
                .withMessage(PID + ": " + key + ": there is no such key; there are aw-bits, boot-bypass, in_order, "
                        + "machine, max-bytes, reserved-regions, store.target");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "service.pid",
                "service.ranking",
                "component.id",
                "felix.fileinstall.filename",
                ".private",
                ":configurator:x",
                "org.apache.karaf.features.configKey",
                "durable"
            })
    void what_the_framework_and_its_tools_add_is_no_mistake(String key) {
        assertThat(Settings.read(PID, Sample.class, Map.of("machine", "vm1", key, 1), "durable")
                        .values()
                        .machine())
                .isEqualTo("vm1");
    }

    @Test
    void changes_are_told_by_value_whatever_way_they_are_written() {
        Settings<Sample> before = read(Map.of("boot-bypass", "on", "aw-bits", "64", "reserved-regions", "0:1 2:3"));
        assertThat(before.changesTo(read(Map.of()))).isEmpty();
        assertThat(before.changesTo(read(Map.of("boot-bypass", "no", "aw-bits", 48, "reserved-regions", ""))))
                .extracting(Change::toString)
                .containsExactly(
                        "aw-bits from 64 to 48",
                        "boot-bypass from on to off",
                        "reserved-regions from [0:1, 2:3] to []");
    }

    private static Settings<Sample> read(Map<String, ?> properties) {
        Map<String, Object> all = new HashMap<>(Map.of("machine", "vm1"));
        all.putAll(properties);
        return Settings.read(PID, Sample.class, all);
    }
}
