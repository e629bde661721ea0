// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The platform is killed while its guest copies, and started again with the same disk and the same file of mappings. The first guest is told to map at the top of
 * the address space and the second is not, so that mappings of the one are no mappings of the other.
 */
class LinuxRestartIT {
    private static final int BLOCK = 64 * 1024;
    private static final int DISK_BLOCKS = 512;

    /** As the guest is asked to: what it writes once, and what it reads only. */
    private static final Pattern WRITTEN = Pattern.compile("write (\\d+) (\\d+): ok sha256=(\\p{XDigit}{64})");

    private static final Pattern MAPPED =
            Pattern.compile("mappings has (\\d+) domains with ([0-9,]+) mappings between 0x(\\p{XDigit}+) and ");

    private static final long LOW = 1L << 32;

    private Path temporary;
    private Path disk;

    @BeforeEach
    void createFiles() throws IOException {
        temporary = Files.createTempDirectory("vl");
        disk = temporary.resolve("disk");
        byte[] content = new byte[DISK_BLOCKS * BLOCK];
        new SplittableRandom(5).nextBytes(content);
        Files.write(disk, content);
    }

    @AfterEach
    void deleteFiles() throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void after_a_kill_the_guest_finds_its_disk_and_nothing_of_what_was_mapped() throws Exception {
        String first = killAtWork("restart-killed", "--timeout", "1800", "--append", "iommu.forcedac=1");
        assertThat(first).contains("mappings has 0 domains with 0 mappings");
        assertOnDisk(first);

        String second = killAtWork("restart-again", "--timeout", "1800");
        // The first life's mappings are what the platform serves until the guest's driver starts.
        Matcher kept = mapped(second);
        assertThat(Integer.parseInt(kept.group(1))).isPositive();
        assertThat(Long.compareUnsigned(Long.parseUnsignedLong(kept.group(3), 16), LOW))
                .isPositive();
        assertThat(second).doesNotContain("failed: ").doesNotContain("fault from EP");
        assertOnDisk(second);

        try (ViommuScript script = start("restart-last", "--timeout", "1")) {
            script.awaitEnd();
            // And the second life had none of them.
            assertThat(Long.parseUnsignedLong(mapped(script.output()).group(3), 16))
                    .isLessThan(LOW);
        }
    }

    /** Returns all that was printed. */
    private String killAtWork(String name, String... more) throws Exception {
        try (ViommuScript script = start(name, more)) {
            try {
                script.awaitOutput("worked: ");
            } catch (AssertionError e) {
                Assumptions.assumeFalse(script.isOutOfReach() && !"true".equals(System.getenv("CI")), "no packages");
                throw e;
            }
            script.kill();
            return script.output();
        }
    }

    private ViommuScript start(String name, String... more) throws IOException {
        String[] arguments = {
            "linux",
            "--disk",
            disk.toString(),
            "--writable",
            "--mappings",
            temporary.resolve("mappings").toString(),
            "--work",
            "1500"
        };
        return ViommuScript.start(
                temporary, name, Stream.of(arguments, more).flatMap(Stream::of).toArray(String[]::new));
    }

    private static Matcher mapped(String output) {
        Matcher matcher = MAPPED.matcher(output);
        assertThat(matcher.find()).as(output).isTrue();
        return matcher;
    }

    /** What the guest was told to be on its disk is there, and what it did not write is as it was. */
    private void assertOnDisk(String output) throws Exception {
        Matcher written = WRITTEN.matcher(output);
        assertThat(written.find()).as(output).isTrue();
        int first = Integer.parseInt(written.group(1));
        int count = Integer.parseInt(written.group(2));
        assertThat(HexFormat.of().formatHex(sha256(read(first, count)))).isEqualTo(written.group(3));
        byte[] original = new byte[DISK_BLOCKS * BLOCK];
        new SplittableRandom(5).nextBytes(original);
        assertThat(sha256(read(0, first))).isEqualTo(sha256(ByteBuffer.wrap(original, 0, first * BLOCK)));
    }

    private ByteBuffer read(int first, int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count * BLOCK);
        try (FileChannel file = FileChannel.open(disk)) {
            file.read(bytes, (long) first * BLOCK);
        }
        return bytes.flip();
    }

    private static byte[] sha256(ByteBuffer bytes) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(bytes);
        return digest.digest();
    }
}
