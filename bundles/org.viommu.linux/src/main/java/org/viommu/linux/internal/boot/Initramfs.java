// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.boot;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;

/**
 * The guest's only file system: busybox, the modules to load, and our {@code /init}, as a cpio archive in the "new
 * ASCII" format (Linux, Documentation/driver-api/early-userspace/buffer-format.rst).
 */
public final class Initramfs {
    private static final String INIT = "init";
    private static final int EXECUTABLE = 0755;
    private static final int READABLE = 0644;
    private static final String[] FOLDERS = {"bin", "dev", "modules", "proc", "sys", "tmp"};

    private final CpioArchiveOutputStream archive;
    private int inode = 1;

    private Initramfs(OutputStream out) {
        this.archive = new CpioArchiveOutputStream(out);
    }

    /**
     * Writes the archive.
     *
     * @param file the file to write
     * @param busybox a busybox that needs no libraries
     * @param modules the modules by name, in the order to load them
     * @param programs more programs that need no libraries, by name
     */
    public static void write(Path file, Path busybox, Map<String, byte[]> modules, Map<String, byte[]> programs)
            throws IOException {
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file));
                InputStream init = Initramfs.class.getResourceAsStream(INIT)) {
            Initramfs initramfs = new Initramfs(out);
            for (String folder : FOLDERS) {
                initramfs.add(folder, CpioConstants.C_ISDIR | EXECUTABLE, new byte[0]);
            }
            initramfs.add("init", CpioConstants.C_ISREG | EXECUTABLE, init.readAllBytes());
            initramfs.add("bin/busybox", CpioConstants.C_ISREG | EXECUTABLE, Files.readAllBytes(busybox));
            for (Map.Entry<String, byte[]> program : programs.entrySet()) {
                initramfs.add("bin/" + program.getKey(), CpioConstants.C_ISREG | EXECUTABLE, program.getValue());
            }
            StringBuilder order = new StringBuilder();
            for (Map.Entry<String, byte[]> module : modules.entrySet()) {
                order.append(module.getKey()).append('\n');
                initramfs.add(
                        "modules/" + module.getKey() + ".ko", CpioConstants.C_ISREG | READABLE, module.getValue());
            }
            initramfs.add(
                    "modules/order",
                    CpioConstants.C_ISREG | READABLE,
                    order.toString().getBytes(StandardCharsets.US_ASCII));
            initramfs.archive.finish();
        }
    }

    private void add(String name, long mode, byte[] content) throws IOException {
        CpioArchiveEntry entry = new CpioArchiveEntry(CpioConstants.FORMAT_NEW, name, content.length);
        entry.setMode(mode);
        entry.setInode(inode++);
        entry.setNumberOfLinks(1);
        archive.putArchiveEntry(entry);
        archive.write(content);
        archive.closeArchiveEntry();
    }
}
