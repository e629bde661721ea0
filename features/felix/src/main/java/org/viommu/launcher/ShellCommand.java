// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.launcher;

import java.io.EOFException;
import java.io.IOException;
import java.io.UTFDataFormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** The command {@code shell}: types into the console of a platform that another process runs. */
final class ShellCommand {
    static final String NAME = "shell";

    static final String DESCRIPTION = "types into the console of a platform that runs";

    private static final int PASSED = 0;
    private static final int FAILED = 1;
    private static final int USAGE_STATUS = 2;
    private static final String USAGE = """
            Usage: viommu shell [--platform FOLDER] [COMMAND...]

              --platform FOLDER  which of several platforms that run
              COMMAND            to execute, such as: status, 'mappings 1 | grep rw-', help viommu:mappings
                                 Without one, commands are read line by line; in a terminal, with completion.""";

    private ShellCommand() {}

    static int run(List<String> arguments) {
        if (!arguments.isEmpty() && arguments.get(0).equals("--help")) {
            System.out.println(USAGE);
            return PASSED;
        }
        List<String> words = new ArrayList<>(arguments);
        Path chosen = null;
        if (!words.isEmpty() && words.get(0).equals("--platform")) {
            words.remove(0);
            if (words.isEmpty()) {
                System.err.println("viommu shell: --platform: a folder is missing" + System.lineSeparator() + USAGE);
                return USAGE_STATUS;
            }
            chosen = Path.of(words.remove(0));
        }
        try {
            Path folder = folder(chosen);
            try (RunningPlatform platform = RunningPlatform.open(folder)) {
                return words.isEmpty() ? converse(platform) : platform.execute(String.join(" ", words));
            }
        } catch (EOFException e) {
            System.err.println("viommu shell: the platform has stopped");
        } catch (UTFDataFormatException e) {
            System.err.println("viommu shell: a command of more than 65535 bytes cannot be sent");
        } catch (IOException e) {
            System.err.println("viommu shell: " + (chosen == null ? "" : chosen + ": ") + e.getMessage());
        }
        return FAILED;
    }

    private static Path folder(Path chosen) throws IOException {
        if (chosen != null) {
            if (!Files.exists(chosen.resolve(RunningPlatform.SOCKET))) {
                throw new IOException("no platform runs in this folder");
            }
            return chosen;
        }
        List<Path> found = RunningPlatform.find();
        if (found.isEmpty()) {
            throw new IOException("no platform of yours runs; './viommu linux' starts one, for example");
        }
        if (found.size() > 1) {
            throw new IOException("several platforms run, choose one by --platform: "
                    + found.stream().map(Path::toString).sorted().collect(Collectors.joining(", ")));
        }
        return found.get(0);
    }

    private static int converse(RunningPlatform platform) throws IOException {
        Conversation conversation = new Conversation(platform);
        if (System.console() == null) {
            return conversation.read();
        }
        try (Terminal terminal = TerminalBuilder.terminal()) {
            return conversation.converse(terminal);
        }
    }
}
