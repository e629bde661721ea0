// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.felix.service.command.CommandProcessor;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets operators on the same machine reach the platform's console over a socket, which only the platform's owner can
 * open. Does nothing unless the launcher names a socket by the framework property {@value #SOCKET}.
 */
@Component(
        service = {},
        immediate = true)
public final class ConsoleServer {
    static final String SOCKET = "viommu.console";

    private static final Logger LOG = LoggerFactory.getLogger(ConsoleServer.class);

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    private volatile CommandProcessor processor;

    @Reference(policyOption = ReferencePolicyOption.GREEDY)
    private volatile List<Command> commands = List.of();

    private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();
    private final Path path;
    private ServerSocketChannel server;

    /**
     * Called by Declarative Services.
     *
     * @param context says whether and where there is a socket
     */
    @Activate
    public ConsoleServer(BundleContext context) {
        String socket = context.getProperty(SOCKET);
        path = socket == null ? null : Path.of(socket);
    }

    @Activate
    void open() {
        if (path == null) {
            return;
        }
        try {
            server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            server.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            start("viommu-console", this::accept);
        } catch (IOException | IllegalArgumentException e) {
            LOG.warn("no console: {} = {}: {}", SOCKET, path, e.toString());
            close();
        }
    }

    @Deactivate
    void close() {
        if (server != null) {
            quietly(server);
            connections.forEach(ConsoleServer::quietly);
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                LOG.warn("{} stays: {}", path, e.toString());
            }
        }
    }

    private void accept() {
        while (server.isOpen()) {
            try {
                SocketChannel channel = server.accept();
                connections.add(channel);
                start("viommu-console-operator", () -> serve(channel));
            } catch (IOException e) {
                LOG.debug("the console is closed: {}", e.toString());
            }
        }
    }

    private void serve(SocketChannel channel) {
        CommandProcessor current = processor;
        try {
            if (current != null) {
                new ConsoleConnection(channel, current, () -> commands).run();
            }
        } finally {
            quietly(channel);
            connections.remove(channel);
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void quietly(AutoCloseable channel) {
        try {
            channel.close();
        } catch (Exception e) {
            LOG.debug("closing the console: {}", e.toString());
        }
    }
}
