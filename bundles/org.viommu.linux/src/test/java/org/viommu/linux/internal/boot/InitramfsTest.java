// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveInputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InitramfsTest {
    @TempDir
    private Path folder;

    private final Map<String, CpioArchiveEntry> entries = new LinkedHashMap<>();
    private final Map<String, byte[]> contents = new LinkedHashMap<>();

    @BeforeEach
    void writeAndReadBack() throws IOException {
        Path busybox = Files.write(folder.resolve("busybox"), new byte[] {1, 2, 3});
        Map<String, byte[]> modules = new LinkedHashMap<>();
        modules.put("virtio_iommu", new byte[] {4});
        modules.put("virtio_blk", new byte[] {5, 6});
        Path file = folder.resolve("initramfs");
        Initramfs.write(file, busybox, modules, Map.of("workload", new byte[] {7}));
        try (CpioArchiveInputStream archive = new CpioArchiveInputStream(Files.newInputStream(file))) {
            for (CpioArchiveEntry entry = archive.getNextEntry(); entry != null; entry = archive.getNextEntry()) {
                entries.put(entry.getName(), entry);
                contents.put(entry.getName(), archive.readAllBytes());
            }
        }
    }

    @Test
    void every_folder_comes_before_what_is_in_it() {
        assertThat(entries.keySet()).startsWith("bin", "dev", "modules", "proc", "sys", "tmp");
        assertThat(entries.get("bin").isDirectory()).isTrue();
    }

    @Test
    void the_kernel_finds_a_program_to_start() {
        assertThat(new String(contents.get("init"), StandardCharsets.UTF_8)).startsWith("#!/bin/busybox sh\n");
        assertThat(entries.get("init").getMode()).isEqualTo(CpioConstants.C_ISREG | 0755);
        assertThat(entries.get("bin/busybox").getMode()).isEqualTo(CpioConstants.C_ISREG | 0755);
        assertThat(contents.get("bin/busybox")).containsExactly(1, 2, 3);
        assertThat(entries.get("bin/workload").getMode()).isEqualTo(CpioConstants.C_ISREG | 0755);
        assertThat(contents.get("bin/workload")).containsExactly(7);
    }

    @Test
    void modules_are_listed_in_the_order_to_load_them() {
        assertThat(contents.get("modules/order")).asString().isEqualTo("virtio_iommu\nvirtio_blk\n");
        assertThat(contents.get("modules/virtio_iommu.ko")).containsExactly(4);
        assertThat(contents.get("modules/virtio_blk.ko")).containsExactly(5, 6);
    }

    @Test
    void no_two_entries_share_an_inode() {
        // The kernel would take them for links to one file.
        assertThat(entries.values()).extracting(CpioArchiveEntry::getInode).doesNotHaveDuplicates();
        assertThat(entries.values()).extracting(CpioArchiveEntry::getFormat).containsOnly(CpioConstants.FORMAT_NEW);
    }
}
