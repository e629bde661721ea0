// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * What a run of a command with a guest printed and ended with.
 *
 * @param output everything
 * @param status of its exit
 */
record GuestLog(String output, int status) {
    /**
     * Runs the command to its end, which must leave no file behind. Without Debian's packages there is no guest and the test is skipped, which it says loudly; not
     * so in CI.
     *
     * @param name of the log in {@code target}
     */
    static GuestLog of(String name, String... arguments) throws IOException, InterruptedException {
        Path temporary = Files.createTempDirectory("vl");
        GuestLog log;
        try (ViommuScript script = ViommuScript.start(temporary, name, arguments)) {
            int status = script.awaitEnd();
            log = new GuestLog(script.output(), status);
        }
        assertThat(temporary).isEmptyDirectory();
        Files.delete(temporary);
        if (log.status() == ViommuScript.OUT_OF_REACH && !"true".equals(System.getenv("CI"))) {
            System.err.printf("%n!!! A LINUX GUEST TEST DOES NOT RUN:%n%s%n", log.output());
            Assumptions.abort("Debian's packages are out of reach");
        }
        System.out.println(log.output());
        return log;
    }
}
