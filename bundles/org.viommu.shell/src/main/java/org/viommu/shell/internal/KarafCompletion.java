// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.Arrays;
import java.util.List;
import org.apache.karaf.shell.api.console.Candidate;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Completer;
import org.apache.karaf.shell.api.console.Parser;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Completion in Karaf's console. Karaf finds our commands as services of Gogo, and gives those no completer. But it asks
 * the completers of all its own commands about each line; so one such command, {@code viommu:complete}, answers for ours.
 *
 * <p>Without Karaf there is no session factory, and this class is not loaded.
 */
@Component(service = {})
public final class KarafCompletion implements org.apache.karaf.shell.api.console.Command, Completer {
    private static final int FIRST_ARGUMENT = 1;

    private final SessionFactory sessions;

    @Reference
    private volatile List<Command> commands = List.of();

    /**
     * Called by Declarative Services.
     *
     * @param sessions of Karaf
     */
    @Activate
    public KarafCompletion(@Reference SessionFactory sessions) {
        this.sessions = sessions;
        sessions.getRegistry().register(this);
    }

    /** Called by Declarative Services. */
    @Deactivate
    public void leave() {
        sessions.getRegistry().unregister(this);
    }

    @Override
    public String getScope() {
        return Command.SCOPE;
    }

    @Override
    public String getName() {
        return "complete";
    }

    @Override
    public String getDescription() {
        return "lists what the last of some words could be: a command of viommu and its options and arguments";
    }

    @Override
    public Object execute(Session session, List<Object> arguments) {
        String[] words = arguments.stream().map(Object::toString).toArray(String[]::new);
        if (words.length <= FIRST_ARGUMENT) {
            throw new IllegalArgumentException("COMMAND and the words behind it are missing: the last one may be ''");
        }
        return String.join("\n", new ArgumentCompletion(commands).candidates(words));
    }

    @Override
    public Completer getCompleter(boolean scoped) {
        return this;
    }

    /** Karaf's own. */
    @Override
    public Parser getParser() {
        return null;
    }

    /** Not asked: candidates of this form cannot say that they are whole words. */
    @Override
    public int complete(Session session, CommandLine line, List<String> candidates) {
        candidates.addAll(candidates(line));
        return line.getBufferPosition() - line.getArgumentPosition();
    }

    @Override
    public void completeCandidates(Session session, CommandLine line, List<Candidate> candidates) {
        candidates(line).forEach(it -> candidates.add(new Candidate(it, true)));
    }

    private List<String> candidates(CommandLine line) {
        int last = line.getCursorArgumentIndex();
        if (last < FIRST_ARGUMENT) {
            return List.of();
        }
        String[] words = Arrays.copyOf(line.getArguments(), last + 1);
        words[last] = words[last] == null ? "" : words[last].substring(0, line.getArgumentPosition());
        return new ArgumentCompletion(commands).candidates(words);
    }
}
