// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Hands over what a program prints, line by line, on a thread of its own. */
public final class LinePump {
    private LinePump() {}

    /**
     * Begins to read.
     *
     * @param name what the thread is called
     * @return the thread, which ends with the stream
     */
    public static Thread start(InputStream stream, Consumer<String> lines, String name) {
        Thread thread = new Thread(() -> pump(stream, lines), name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private static void pump(InputStream stream, Consumer<String> lines) {
        try (BufferedReader reader = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                // A serial line ends with \r\n, sometimes with \r\r\n.
                lines.accept(line.replace("\r", ""));
            }
        } catch (IOException e) {
            // Killing a program closes the stream under its reader: that is the end of it, too.
        }
    }
}
