// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;
import org.viommu.linux.internal.CannotRun;

class ModuleTreeTest {
    @TempDir
    private Path folder;

    private void module(String path, byte[] content) throws IOException {
        Path file = folder.resolve("kernel").resolve(path);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
    }

    private static byte[] module(String depends) {
        return SampleModule.withModinfo("depends=" + depends);
    }

    private static byte[] xz(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (XZOutputStream out = new XZOutputStream(bytes, new LZMA2Options(0))) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static byte[] gz(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    @Test
    void each_module_comes_after_those_that_it_depends_on_and_once() throws Exception {
        module("block/virtio_blk.ko", module("virtio-ring"));
        module("virtio/virtio-ring.ko", module("virtio"));
        module("virtio/virtio.ko", module(""));
        module("rng/virtio-rng.ko", module("virtio,rng_core"));
        module("rng/rng-core.ko", module(""));

        assertThat(new ModuleTree(folder)
                        .load(List.of("virtio_blk", "virtio_rng"))
                        .keySet())
                .containsExactly("virtio", "virtio_ring", "virtio_blk", "rng_core", "virtio_rng");
    }

    @Test
    void compressed_modules_come_out_as_the_kernel_loads_them() throws Exception {
        module("a.ko.xz", xz(module("b")));
        module("b.ko.gz", gz(module("")));

        assertThat(new ModuleTree(folder).load(List.of("a")))
                .containsEntry("a", module("b"))
                .containsEntry("b", module(""));
    }

    @Test
    void what_is_built_in_needs_no_module() throws Exception {
        module("a.ko", module("rng_core"));
        Files.writeString(folder.resolve("modules.builtin"), "kernel/drivers/char/hw_random/rng-core.ko\n");

        assertThat(new ModuleTree(folder).load(List.of("a", "rng_core")).keySet())
                .containsExactly("a");
    }

    @Test
    void a_driver_that_the_kernel_does_not_have_is_named() throws Exception {
        module("a.ko", module(""));

        assertThatThrownBy(() -> new ModuleTree(folder).load(List.of("virtio_iommu")))
                .isInstanceOf(CannotRun.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContaining("virtio_iommu");
    }

    @Test
    void a_module_that_cannot_be_read_is_named() throws Exception {
        module("a.ko.zst", module(""));
        module("b.ko", new byte[100]);

        assertThatThrownBy(() -> new ModuleTree(folder).load(List.of("a")))
                .isInstanceOf(CannotRun.class)
                .hasMessageContaining("a.ko.zst");
        assertThatThrownBy(() -> new ModuleTree(folder).load(List.of("b")))
                .isInstanceOf(CannotRun.class)
                .hasMessageContaining("b.ko");
    }
}
