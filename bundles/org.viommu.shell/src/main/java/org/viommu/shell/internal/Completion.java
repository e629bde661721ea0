// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;

/** What the last word of a line could become. */
final class Completion {
    private static final String COMMANDS = ".commands";

    /** What a command can follow in a line of Gogo. */
    private static final String BEGIN = "[|;({&]";

    private final CommandSession session;
    private final List<Command> commands;

    /** For commands of ours; of others only the names are known. */
    Completion(CommandSession session, List<Command> commands) {
        this.session = session;
        this.commands = commands;
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
        String word = words[words.length - 1];
        Stream<String> all =
                words.length == 1 ? names() : command(words[0]).stream().flatMap(it -> next(it, words));
        return all.filter(it -> it.startsWith(word)).distinct().sorted().toList();
    }

    private Stream<String> names() {
        Set<?> known = (Set<?>) session.get(COMMANDS);
        return known.stream().map(Object::toString).flatMap(it -> Stream.of(it, it.substring(it.indexOf(':') + 1)));
    }

    private Optional<Command> command(String word) {
        return commands.stream()
                .filter(it -> word.equals(it.name()) || word.equals(Command.SCOPE + ":" + it.name()))
                .findFirst();
    }

    private static Stream<String> next(Command command, String... words) {
        List<Slot> options = command.signature().options();
        int place = 0;
        for (int i = 1; i < words.length; i++) {
            String word = words[i];
            Optional<Slot> option =
                    options.stream().filter(it -> it.names().contains(word)).findFirst();
            if (option.isPresent() && i < words.length - 1) {
                if (!option.get().isFlag() && ++i == words.length - 1) {
                    return command.values(option.get().name());
                }
            } else if (i < words.length - 1) {
                place++;
            }
        }
        String last = words[words.length - 1];
        List<Slot> arguments = command.signature().arguments();
        return last.startsWith("-")
                ? options.stream().flatMap(it -> it.names().stream())
                : place < arguments.size() ? command.values(arguments.get(place).name()) : Stream.empty();
    }
}
