// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;

/** Gogo's own interpreter with some commands of ours. */
final class Console implements AutoCloseable {
    private final ThreadIOImpl threads = new ThreadIOImpl();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final CommandSession session;

    Console(Command... commands) {
        threads.start();
        CommandProcessorImpl processor = new CommandProcessorImpl(threads);
        processor.addConverter(new TableConverter());
        for (Command command : commands) {
            processor.addCommand(Command.SCOPE, command, command.name());
        }
        session = processor.createSession(new ByteArrayInputStream(new byte[0]), printed, printed);
    }

    CommandSession session() {
        return session;
    }

    Object execute(String line) throws Exception {
        return session.execute(line);
    }

    /** What an operator sees. */
    String shown(String line) throws Exception {
        Object result = session.execute(line);
        return printed.toString(StandardCharsets.UTF_8) + session.format(result, Converter.INSPECT);
    }

    Console in(Path folder) {
        session.currentDir(folder);
        return this;
    }

    @Override
    public void close() {
        session.close();
        threads.stop();
    }
}
