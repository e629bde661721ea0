// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.security.PrivilegedActionException;
import java.security.PrivilegedExceptionAction;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.security.auth.Subject;
import org.apache.karaf.jaas.boot.principal.RolePrincipal;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.api.console.SessionFactory;
import org.apache.karaf.shell.support.completers.CommandsCompleter;
import org.apache.karaf.shell.support.parsing.DefaultParser;

/** Types into Karaf's console, and has the role that Karaf asks for where somebody installs something. */
final class Administrator {
    private final Subject subject = new Subject(true, Set.of(new RolePrincipal("admin")), Set.of(), Set.of());
    private final SessionFactory sessions;

    Administrator(SessionFactory sessions) {
        this.sessions = sessions;
    }

    /** What a command prints and returns. */
    String type(String command) throws Exception {
        try {
            return Subject.doAs(subject, (PrivilegedExceptionAction<String>) () -> execute(command));
        } catch (PrivilegedActionException e) {
            throw e.getException();
        }
    }

    /** What Karaf's console offers for the last word of a line. */
    List<String> complete(String line) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<String> candidates = new ArrayList<>();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            Session session = sessions.create(InputStream.nullInputStream(), out, out, null, "UTF-8", () -> {});
            CommandsCompleter completer = session.getRegistry().getService(CommandsCompleter.class);
            completer.complete(session, new DefaultParser().parse(session, line, line.length()), candidates);
            session.close();
        }
        return candidates;
    }

    private String execute(String command) throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            Session session = sessions.create(InputStream.nullInputStream(), out, out);
            Object result = session.execute(command);
            session.close();
            return bytes.toString(StandardCharsets.UTF_8) + result;
        }
    }
}
