// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.transport.pci.PciFunction;
import org.viommu.transport.vfiouser.internal.os.UnixConnection;
import org.viommu.transport.vfiouser.internal.os.UnixListener;
import org.viommu.transport.vfiouser.internal.wire.Message;
import org.viommu.transport.vfiouser.internal.wire.ProtocolViolation;

/** Offers one function on one socket: a thread that serves one VMM after the other. */
final class FunctionServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionServer.class);
    /** Between attempts to accept while the system refuses, for instance because there are no file descriptors left. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PciFunction function;
    private final UnixListener listener;
    private final SocketFile file;
    private final Thread thread;
    private final Message message = new Message();
    private UnixConnection current;
    private volatile boolean closing;

    private FunctionServer(PciFunction function, UnixListener listener, SocketFile file) {
        this.function = function;
        this.listener = listener;
        this.file = file;
        this.thread = Thread.ofPlatform()
                .name("vfio-user " + function.name())
                .daemon()
                .unstarted(this::run);
    }

    /**
     * Listens on a socket and serves it.
     *
     * @throws IllegalArgumentException if the path is too long
     * @throws IOException if the path is taken or the system refuses
     */
    static FunctionServer open(PciFunction function, Path path) throws IOException {
        SocketFile.clear(path);
        UnixListener listener = UnixListener.bind(path);
        try {
            FunctionServer server = new FunctionServer(function, listener, SocketFile.of(path));
            server.thread.start();
            LOG.info("{}: listening on {}", function.name(), path);
            return server;
        } catch (IOException | RuntimeException e) {
            listener.close();
            throw e;
        }
    }

    /** Closes the connection, waits until the function is at rest, and removes the socket file. */
    @Override
    public void close() {
        closing = true;
        listener.shutdown();
        synchronized (this) {
            if (current != null) {
                current.shutdown();
            }
        }
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                // The function must not be left while the thread uses it; the caller learns of the interrupt
                // afterwards.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closing) {
            try (UnixConnection connection = listener.accept()) {
                serve(connection);
            } catch (IOException e) {
                if (!closing) {
                    LOG.error("{}: {}", function.name(), e.getMessage());
                    LockSupport.parkNanos(this, PAUSE_NANOS);
                }
            }
        }
        listener.close();
        try {
            file.remove();
        } catch (IOException e) {
            LOG.warn("{}: socket file stays: {}", function.name(), e.toString());
        }
    }

    private void serve(UnixConnection connection) {
        synchronized (this) {
            current = connection;
        }
        // After current is set: whoever closes either sees it or is seen here.
        if (closing) {
            return;
        }
        try {
            Session.serve(function, connection, message);
        } catch (ProtocolViolation e) {
            LOG.warn("{}: connection closed: {}", function.name(), e.getMessage());
        } catch (IOException e) {
            LOG.info("{}: connection lost: {}", function.name(), e.getMessage());
        } catch (RuntimeException | InternalError e) {
            // The virtual machine reports memory behind a truncated file as an InternalError.
            LOG.error("{}: connection closed by a defect", function.name(), e);
        }
    }
}
