// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.Assume;

/**
 * A file system of its own, small enough to be filled. It is mounted where only one process sees it, a shell that waits for its end, which takes no privileges where
 * users may have namespaces; the others reach it through that process.
 */
final class SmallDisk implements AutoCloseable {
    /** What the system says when there is no room. */
    static final String FULL = "No space left on device";

    private static final int MEBIBYTES = 16;

    private final Process holder;
    private final Path folder;

    private SmallDisk(Process holder, Path folder) {
        this.holder = holder;
        this.folder = folder;
    }

    /**
     * Mounts one. Where that is refused the test is skipped, loudly; not so in CI.
     *
     * @param place an empty folder
     */
    static SmallDisk mount(Path place) throws IOException {
        String script = "mount -t tmpfs -o size=" + MEBIBYTES + "m viommu '" + place + "' && echo mounted && read end";
        Process holder = new ProcessBuilder("unshare", "--map-root-user", "--mount", "sh", "-c", script)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!"mounted".equals(holder.inputReader().readLine())) {
            holder.destroyForcibly();
            String refused =
                    "a user may not mount a file system of his own here: what happens on a full disk is not tested";
            if ("true".equals(System.getenv("CI"))) {
                throw new IOException(refused);
            }
            System.err.printf("%n!!! %s%n", refused);
            Assume.assumeTrue(refused, false);
        }
        return new SmallDisk(holder, Path.of("/proc", Long.toString(holder.pid()), "root", place.toString()));
    }

    /** Where everybody reaches it. */
    Path folder() {
        return folder;
    }

    /** Takes the room that is left. Who has files here may give some back at any time, so once may not be enough. */
    void fill() {
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filler(), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            if (!FULL.equals(e.getMessage())) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Gives the room back. */
    void makeRoom() throws IOException {
        Files.delete(filler());
    }

    private Path filler() {
        return folder.resolve("filler");
    }

    @Override
    public void close() {
        holder.destroyForcibly();
    }
}
