// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.transport.pci.PciFunction;
import org.viommu.transport.pci.PciInterrupts;
import org.viommu.transport.vfiouser.internal.os.Errno;
import org.viommu.transport.vfiouser.internal.os.UnixConnection;
import org.viommu.transport.vfiouser.internal.wire.DeviceInfoLayout;
import org.viommu.transport.vfiouser.internal.wire.Message;
import org.viommu.transport.vfiouser.internal.wire.ProtocolViolation;
import org.viommu.transport.vfiouser.internal.wire.Refusal;

/**
 * One VMM's connection to a function. Never waits for the VMM but for its next command, as the VMM may hold locks that
 * other connections need.
 */
final class Session implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Session.class);

    private final PciFunction function;
    private final UnixConnection connection;
    private final Message message;
    private final RegionAccess regions;
    private final DmaMappings mappings;
    private final MemoryChange change;
    private final InterruptSetup interrupts;

    private Session(PciFunction function, UnixConnection connection, Message message) {
        this.function = function;
        this.connection = connection;
        this.message = message;
        this.regions = new RegionAccess(function);
        this.mappings = new DmaMappings(function.memory());
        this.change = new MemoryChange(function);
        InterruptTable table = new InterruptTable(function.msixVectors());
        this.interrupts = new InterruptSetup(function, table);
        function.connect(table);
    }

    /**
     * Serves a VMM until it closes the connection. Who closes before it has said which version it speaks leaves the
     * function alone.
     */
    static void serve(PciFunction function, UnixConnection connection, Message message)
            throws IOException, ProtocolViolation {
        try {
            if (!message.receive(connection)) {
                return;
            }
            VersionNegotiation.answer(message);
            try (Session session = new Session(function, connection, message)) {
                message.sendReply(connection);
                LOG.info("{}: connected", function.name());
                session.serve();
            }
            LOG.info("{}: disconnected", function.name());
        } finally {
            message.release();
        }
    }

    /** Takes from the function all that the VMM gave: it comes to rest before its memory goes. */
    @Override
    public void close() {
        function.connect(PciInterrupts.NONE);
        try {
            function.reset();
        } finally {
            mappings.clear();
            change.end();
            interrupts.close();
        }
    }

    private void serve() throws IOException, ProtocolViolation {
        while (message.receive(connection)) {
            answer();
            message.release();
            message.sendReply(connection);
            change.endIfQuiet(connection);
        }
    }

    private void answer() throws ProtocolViolation {
        try {
            dispatch();
        } catch (Refusal e) {
            log(e);
            message.replyError(e.errno());
        }
    }

    private void dispatch() throws ProtocolViolation, Refusal {
        switch (message.command()) {
            case DMA_UNMAP -> change.begin();
            case DMA_MAP -> {}
            default -> change.end();
        }
        switch (message.command()) {
            case REGION_WRITE -> regions.write(message);
            case REGION_READ -> regions.read(message);
            case REGION_WRITE_MULTI -> regions.writeMulti(message);
            case DMA_MAP -> mappings.map(message);
            case DMA_UNMAP -> mappings.unmap(message);
            case DEVICE_GET_INFO -> deviceInfo();
            case DEVICE_GET_REGION_INFO -> regions.info(message);
            case DEVICE_GET_IRQ_INFO -> interrupts.info(message);
            case DEVICE_SET_IRQS -> interrupts.set(message);
            case DEVICE_RESET -> reset();
            case VERSION -> throw message.violation("came a second time");
            case DEVICE_GET_REGION_IO_FDS, DIRTY_PAGES, DEVICE_FEATURE, MIG_DATA_READ, MIG_DATA_WRITE ->
                throw new Refusal(Errno.ENOTSUP, "not supported");
            case DMA_READ, DMA_WRITE -> throw new Refusal(Errno.EINVAL, "is a command of the server");
            case UNKNOWN -> throw new Refusal(Errno.ENOSYS, "unknown");
        }
    }

    /** Without its memory or its interrupts a device cannot work; everything else a VMM may just try. */
    private void log(Refusal refusal) {
        switch (message.command()) {
            case DMA_MAP, DMA_UNMAP, DEVICE_SET_IRQS ->
                LOG.warn("{}: {} refused: {}", function.name(), message.command(), refusal.getMessage());
            default -> LOG.debug("{}: {} refused: {}", function.name(), message.command(), refusal.getMessage());
        }
    }

    private void deviceInfo() throws ProtocolViolation {
        message.requireLength(DeviceInfoLayout.LENGTH);
        message.requireArgsz(DeviceInfoLayout.ARGSZ, DeviceInfoLayout.LENGTH);
        message.allowDescriptors(0);
        ByteBuffer reply = message.reply(DeviceInfoLayout.LENGTH);
        reply.putInt(DeviceInfoLayout.ARGSZ, DeviceInfoLayout.LENGTH);
        reply.putInt(DeviceInfoLayout.FLAGS, DeviceInfoLayout.FLAG_RESET | DeviceInfoLayout.FLAG_PCI);
        reply.putInt(DeviceInfoLayout.REGIONS, RegionAccess.REGIONS);
        reply.putInt(DeviceInfoLayout.IRQS, InterruptSetup.KINDS);
    }

    private void reset() throws ProtocolViolation {
        message.requireLength(0);
        message.allowDescriptors(0);
        function.reset();
        message.reply(0);
    }
}
