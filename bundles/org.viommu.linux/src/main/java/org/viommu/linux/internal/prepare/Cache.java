// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.prepare;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.Narrator;
import org.viommu.linux.internal.debian.Deb;

/**
 * The folder that keeps unpacked packages between runs. A part is there when its folder is: it is filled under another
 * name first, so that an interrupted run leaves nothing that looks complete. While one process has it open no other has.
 */
final class Cache implements AutoCloseable {
    /** The names and versions of the packages that a part was unpacked from, one per line. */
    static final String MANIFEST = "PACKAGES";

    private final Path folder;
    private final FileChannel lock;

    private Cache(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /** Opens the folder that the environment says, creates it if need be, and waits until no other run has it open. */
    static Cache open(Map<String, String> environment, Narrator narrator) throws CannotRun {
        Path folder = locate(environment, Path.of(System.getProperty("user.home")));
        try {
            Files.createDirectories(folder);
            FileChannel channel =
                    FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                narrator.say("waiting for another run that prepares %s", folder);
                channel.lock();
            }
            return new Cache(folder, channel);
        } catch (IOException e) {
            throw CannotRun.because(
                    "The cache folder %s cannot be used (%s): name another in VIOMMU_CACHE.", folder, e);
        }
    }

    static Path locate(Map<String, String> environment, Path home) {
        String own = environment.getOrDefault("VIOMMU_CACHE", "");
        if (!own.isEmpty()) {
            return Path.of(own).toAbsolutePath();
        }
        Path xdg = Path.of(environment.getOrDefault("XDG_CACHE_HOME", ""));
        // A relative path there is to be ignored, says the XDG Base Directory Specification.
        return (xdg.isAbsolute() ? xdg : home.resolve(".cache")).resolve("viommu");
    }

    Path folder() {
        return folder;
    }

    Path part(String name) {
        return folder.resolve(name);
    }

    boolean has(String name) {
        return Files.isDirectory(part(name));
    }

    /** An empty folder to fill for a part. */
    Path begin(String name) throws IOException {
        Path unfinished = unfinished(name);
        FileTree.delete(unfinished);
        return Files.createDirectory(unfinished);
    }

    /** Makes what was filled the part. */
    void finish(String name, List<Deb> debs) throws IOException {
        Path unfinished = unfinished(name);
        Files.write(
                unfinished.resolve(MANIFEST),
                debs.stream()
                        .map(deb -> deb.name() + " " + deb.version())
                        .sorted()
                        .toList());
        Files.move(unfinished, part(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private Path unfinished(String name) {
        return folder.resolve(name + ".unfinished");
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
