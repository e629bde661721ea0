// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.launcher;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;

/** Reads lines until there are no more, and has a platform execute them. */
final class Conversation {
    private static final String PROMPT = "viommu> ";
    private static final String EXIT = "exit";

    /** Where in a word of the terminal a command of Gogo may begin. */
    private static final String BEGIN = "^.*[|;({&]";

    private final RunningPlatform platform;
    private int status;

    Conversation(RunningPlatform platform) {
        this.platform = platform;
    }

    /** Reads a file or a pipe; returns the status of the last line. */
    int read() throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
        for (String line = lines.readLine(); line != null && execute(line); line = lines.readLine()) {
            // It is executed.
        }
        return status;
    }

    /** Lets a person type, with completion and what was typed before; returns the status of the last line. */
    int converse(Terminal terminal) throws IOException {
        DefaultParser parser = new DefaultParser();
        // Quotes and brackets are Gogo's business.
        parser.setQuoteChars(new char[0]);
        parser.setEscapeChars(new char[0]);
        Completer completer = (reader, line, candidates) -> complete(line, candidates);
        LineReader reader = LineReaderBuilder.builder()
                .terminal(terminal)
                .appName("viommu")
                .parser(parser)
                .completer(completer)
                .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                .build();
        try {
            while (execute(nextLine(reader))) {
                // The next one.
            }
        } catch (EndOfFileException e) {
            // The end, like "exit".
        }
        return status;
    }

    private static String nextLine(LineReader reader) {
        try {
            return reader.readLine(PROMPT);
        } catch (UserInterruptException e) {
            return "";
        }
    }

    /** False if that was the end. */
    private boolean execute(String line) throws IOException {
        if (line.strip().equals(EXIT)) {
            return false;
        }
        if (!line.isBlank()) {
            status = platform.execute(line);
        }
        return true;
    }

    private void complete(ParsedLine line, List<Candidate> candidates) {
        String word = line.word().substring(0, line.wordCursor());
        String before =
                word.substring(0, word.length() - word.replaceFirst(BEGIN, "").length());
        try {
            for (String candidate : platform.complete(line.line().substring(0, line.cursor()))) {
                candidates.add(new Candidate(before + candidate));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
