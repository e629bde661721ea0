// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;

/** What the last word of a line of Gogo could become. */
final class Completion {
    private static final String COMMANDS = ".commands";

    /** What a command can follow in a line of Gogo. */
    private static final String BEGIN = "[|;({&]";

    private final CommandSession session;
    private final ArgumentCompletion arguments;

    /** For commands of ours; of others only the names are known. */
    Completion(CommandSession session, List<Command> commands) {
        this.session = session;
        arguments = new ArgumentCompletion(commands);
    }

    /**
     * The candidates.
     *
     * @param line up to where its writer is
     * @return whole words, in order
     */
    List<String> candidates(String line) {
        String[] parts = line.split(BEGIN, -1);
        String[] words = parts[parts.length - 1].stripLeading().split("\\s+", -1);
        return words.length == 1 ? names(words[0]) : arguments.candidates(words);
    }

    private List<String> names(String word) {
        Set<?> known = (Set<?>) session.get(COMMANDS);
        return known.stream()
                .map(Object::toString)
                .flatMap(it -> Stream.of(it, it.substring(it.indexOf(':') + 1)))
                .filter(it -> it.startsWith(word))
                .distinct()
                .sorted()
                .toList();
    }
}
