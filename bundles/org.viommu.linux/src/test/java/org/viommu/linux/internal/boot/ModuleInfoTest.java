// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ModuleInfoTest {
    @Test
    void dependencies_have_underscores() {
        byte[] module = SampleModule.withModinfo("license=GPL", "depends=rng-core,virtio_pci", "name=virtio_rng");

        assertThat(ModuleInfo.parse(module).dependencies()).containsExactly("rng_core", "virtio_pci");
    }

    @Test
    void a_module_may_depend_on_nothing() {
        assertThat(ModuleInfo.parse(SampleModule.withModinfo("depends=", "name=x"))
                        .dependencies())
                .isEmpty();
        assertThat(ModuleInfo.parse(SampleModule.withModinfo("name=x")).dependencies())
                .isEmpty();
    }

    @Test
    void what_is_no_module_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> ModuleInfo.parse(new byte[1000]));
        assertThatIllegalArgumentException().isThrownBy(() -> ModuleInfo.parse(new byte[3]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ModuleInfo.parse(SampleModule.file(".text", "depends=x")));
    }

    @Test
    void sections_outside_of_the_file_are_refused() {
        byte[] module = SampleModule.withModinfo("depends=a");
        for (int field = ModuleLayout.SECTIONS_OFFSET; field < ModuleLayout.HEADER_SIZE; field += Short.BYTES) {
            byte[] broken = module.clone();
            Arrays.fill(broken, field, field + Short.BYTES, (byte) 0xff);
            assertRefusedOrUnharmed(broken);
        }
    }

    @Test
    void no_cut_of_a_module_breaks_the_reader() {
        byte[] module = SampleModule.withModinfo("depends=a");
        for (int length = 0; length < module.length; length++) {
            assertRefusedOrUnharmed(Arrays.copyOf(module, length));
        }
    }

    private static void assertRefusedOrUnharmed(byte[] module) {
        try {
            assertThat(ModuleInfo.parse(module).dependencies()).containsExactly("a");
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("ELF");
        }
    }
}
