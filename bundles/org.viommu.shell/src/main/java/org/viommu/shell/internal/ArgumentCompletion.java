// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What options and arguments of our commands could be. */
final class ArgumentCompletion {
    private final List<Command> commands;

    ArgumentCompletion(List<Command> commands) {
        this.commands = commands;
    }

    /**
     * The candidates for the last of some words.
     *
     * @param words a command with or without its scope, and at least one more word, which may be empty
     * @return whole words, in order; none for a command that is not ours
     */
    List<String> candidates(String... words) {
        String word = words[words.length - 1];
        return commands.stream()
                .filter(it -> words[0].equals(it.name()) || words[0].equals(Command.SCOPE + ":" + it.name()))
                .limit(1)
                .flatMap(it -> next(it, words))
                .filter(it -> it.startsWith(word))
                .distinct()
                .sorted()
                .toList();
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
