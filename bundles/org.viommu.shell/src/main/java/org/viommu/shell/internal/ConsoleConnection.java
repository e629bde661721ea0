// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;

/**
 * One operator's console. The operator's process asks and waits for the answer; texts are those of {@link
 * java.io.DataOutput}, numbers big-endian.
 *
 * <pre>
 *  asked:    first its current folder (UTF), then any number of
 *            'x' line (UTF)                 execute
 *            'c' beginning of a line (UTF)  complete
 *  answered: 'x': any number of 'o' or 'e', number of bytes (int), bytes, for output and errors; then '.' status (int)
 *            'c': number of candidates (int), candidates (UTF)
 * </pre>
 */
final class ConsoleConnection implements Runnable {
    private static final int PASSED = 0;
    private static final int FAILED = 1;

    private final SocketChannel channel;
    private final CommandProcessor processor;
    private final Supplier<List<Command>> commands;

    ConsoleConnection(SocketChannel channel, CommandProcessor processor, Supplier<List<Command>> commands) {
        this.channel = channel;
        this.processor = processor;
        this.commands = commands;
    }

    /** Serves the operator until the connection ends. */
    @Override
    public void run() {
        try (channel;
                DataInputStream in = new DataInputStream(Channels.newInputStream(channel));
                DataOutputStream out = new DataOutputStream(Channels.newOutputStream(channel))) {
            PrintStream output = new PrintStream(new Frames(out, 'o'), true, StandardCharsets.UTF_8);
            PrintStream errors = new PrintStream(new Frames(out, 'e'), true, StandardCharsets.UTF_8);
            CommandSession session = processor.createSession(InputStream.nullInputStream(), output, errors);
            try {
                session.currentDir(Path.of(in.readUTF()));
                // Short names are ours first.
                session.put("SCOPE", Command.SCOPE + ":*");
                serve(session, in, out, output, errors);
            } finally {
                session.close();
            }
        } catch (EOFException e) {
            // The operator has left.
        } catch (IOException e) {
            // So it has, in the middle of an answer.
        }
    }

    private void serve(
            CommandSession session, DataInputStream in, DataOutputStream out, PrintStream output, PrintStream errors)
            throws IOException {
        while (true) {
            char kind = (char) in.readUnsignedByte();
            String line = in.readUTF();
            if (kind == 'x') {
                int status = execute(session, line, output, errors);
                output.flush();
                errors.flush();
                out.writeByte('.');
                out.writeInt(status);
            } else {
                List<String> candidates = new Completion(session, commands.get()).candidates(line);
                out.writeInt(candidates.size());
                for (String candidate : candidates) {
                    out.writeUTF(candidate);
                }
            }
            out.flush();
        }
    }

    private static int execute(CommandSession session, String line, PrintStream output, PrintStream errors) {
        try {
            Object result = session.execute(line);
            // What a command such as grep has found is printed already.
            if (result != null && !(result instanceof Boolean)) {
                output.println(session.format(result, Converter.INSPECT));
            }
            return PASSED;
        } catch (Exception e) {
            String message = e.getMessage() == null ? e.toString() : e.getMessage();
            errors.println(message.replaceAll("\\s*\\R\\s*", " "));
            return FAILED;
        }
    }

    /** Bytes of one kind among those of others. */
    private static final class Frames extends OutputStream {
        private final DataOutputStream out;
        private final char kind;

        Frames(DataOutputStream out, char kind) {
            this.out = out;
            this.kind = kind;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            synchronized (out) {
                out.writeByte(kind);
                out.writeInt(length);
                out.write(bytes, offset, length);
            }
        }
    }
}
