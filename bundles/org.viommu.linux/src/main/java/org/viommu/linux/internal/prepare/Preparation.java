// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.prepare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.Narrator;
import org.viommu.linux.internal.debian.Deb;
import org.viommu.linux.internal.debian.DebianArchive;
import org.viommu.linux.internal.qemu.Architecture;
import org.viommu.linux.internal.qemu.QemuProgram;

/** Gets together what a guest is made of: what the user brings, then the cache, then Debian's packages. */
public final class Preparation {
    private static final String QEMU = "qemu";
    private static final String LINUX = "linux";
    private static final String BUSYBOX = "busybox";

    /** Packages, lists and unpacked files together, with some room. */
    private static final long BYTES_NEEDED = 600_000_000;

    private final Narrator narrator;

    public Preparation(Narrator narrator) {
        this.narrator = narrator;
    }

    /**
     * Prepares; the first time this fetches packages, from then on it finds them in the cache.
     *
     * @throws CannotRun if something is missing that the user has to provide
     */
    public Kit prepare(Architecture guest, OwnParts own, Map<String, String> environment)
            throws CannotRun, IOException, InterruptedException {
        try (Cache cache = Cache.open(environment, narrator)) {
            fill(cache, guest, own);
            QemuProgram qemu = own.qemu()
                    .map(QemuProgram::installed)
                    .orElseGet(() -> QemuProgram.unpacked(guest, cache.part(guest.part(QEMU))));
            Path busybox = own.busybox().orElse(cache.part(guest.part(BUSYBOX)).resolve("usr/bin/busybox"));
            if (own.kernel().isPresent()) {
                return new Kit(guest, qemu, own.kernel().get(), own.modules(), busybox);
            }
            Path linux = cache.part(guest.part(LINUX));
            Path kernel = onlyMatch(linux.resolve("boot"), "vmlinuz-");
            Path modules = onlyMatch(modulesFolder(linux), "");
            return new Kit(guest, qemu, kernel, Optional.of(modules), busybox);
        }
    }

    private void fill(Cache cache, Architecture guest, OwnParts own)
            throws CannotRun, IOException, InterruptedException {
        boolean needsQemu = own.qemu().isEmpty() && !cache.has(guest.part(QEMU));
        boolean needsLinux = own.kernel().isEmpty() && !cache.has(guest.part(LINUX));
        boolean needsBusybox = own.busybox().isEmpty() && !cache.has(guest.part(BUSYBOX));
        if (!needsQemu && !needsLinux && !needsBusybox) {
            return;
        }
        if (needsQemu && !System.getProperty("os.arch").equals("amd64")) {
            throw CannotRun.because(
                    "Debian's QEMU is fetched for amd64 only and this machine is %s: give a QEMU with --qemu.",
                    System.getProperty("os.arch"));
        }
        // A FileStore is not to be had in a chroot; this says 0 if it does not know.
        long usable = cache.folder().toFile().getUsableSpace();
        if (usable > 0 && usable < BYTES_NEEDED) {
            throw CannotRun.because(
                    "%s needs %d MB of space and has %d: make room or name another folder in VIOMMU_CACHE.",
                    cache.folder(), BYTES_NEEDED / 1_000_000, usable / 1_000_000);
        }
        narrator.say("preparing the guest in %s; the next run finds it there", cache.folder());
        Path aptFolder = cache.folder().resolve("apt");
        DebianArchive archive = DebianArchive.open(aptFolder, guest, own.mirror(), narrator);
        if (needsQemu) {
            unpack(cache, guest.part(QEMU), archive::unpackQemu);
        }
        if (needsLinux) {
            unpack(cache, guest.part(LINUX), archive::unpackKernel);
        }
        if (needsBusybox) {
            unpack(cache, guest.part(BUSYBOX), archive::unpackBusybox);
        }
        // Kept until here, so that an interrupted run goes on where it was.
        FileTree.delete(aptFolder);
    }

    private static void unpack(Cache cache, String part, Unpacking unpacking)
            throws CannotRun, IOException, InterruptedException {
        List<Deb> debs = unpacking.into(cache.begin(part));
        cache.finish(part, debs);
    }

    private static Path modulesFolder(Path root) {
        // Debian moved it when /lib became a link to /usr/lib.
        Path merged = root.resolve("usr/lib/modules");
        return Files.isDirectory(merged) ? merged : root.resolve("lib/modules");
    }

    private static Path onlyMatch(Path folder, String prefix) throws CannotRun, IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.filter(path -> path.getFileName().toString().startsWith(prefix))
                    .findFirst()
                    .orElseThrow(
                            () -> CannotRun.because("%s holds no %s*: delete that part of the cache.", folder, prefix));
        }
    }

    /** Unpacks a part into an empty folder and tells what it was made of. */
    private interface Unpacking {
        List<Deb> into(Path target) throws CannotRun, IOException, InterruptedException;
    }
}
