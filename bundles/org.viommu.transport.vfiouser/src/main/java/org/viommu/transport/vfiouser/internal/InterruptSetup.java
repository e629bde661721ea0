// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.viommu.transport.pci.PciFunction;
import org.viommu.transport.vfiouser.internal.os.Errno;
import org.viommu.transport.vfiouser.internal.os.EventFd;
import org.viommu.transport.vfiouser.internal.os.ReceivedDescriptors;
import org.viommu.transport.vfiouser.internal.os.SystemCallException;
import org.viommu.transport.vfiouser.internal.wire.IrqInfoLayout;
import org.viommu.transport.vfiouser.internal.wire.IrqSet;
import org.viommu.transport.vfiouser.internal.wire.IrqSetLayout;
import org.viommu.transport.vfiouser.internal.wire.Message;
import org.viommu.transport.vfiouser.internal.wire.ProtocolViolation;
import org.viommu.transport.vfiouser.internal.wire.Refusal;

/**
 * The interrupts of a function: what there is, and which eventfds they signal; vfio-user 0.0,
 * VFIO_USER_DEVICE_GET_IRQ_INFO and VFIO_USER_DEVICE_SET_IRQS. Numbered as in {@code linux/vfio.h}: INTx, MSI, MSI-X,
 * error, request. Confined to one thread.
 */
final class InterruptSetup {
    /** How many kinds there are. */
    static final int KINDS = 5;

    private static final int INTX = 0;
    private static final int MSIX = 2;
    private static final int ERROR = 3;

    /**
     * Register of configuration space that says which INTx pin a function uses, 0 for none; PCI Local Bus 3.0, 6.2.4.
     */
    private static final int INTERRUPT_PIN = 0x3d;

    private final InterruptTable table;
    private final boolean pin;

    InterruptSetup(PciFunction function, InterruptTable table) {
        ByteBuffer register = ByteBuffer.allocate(1);
        function.readConfig(INTERRUPT_PIN, register);
        this.pin = register.get(0) != 0;
        this.table = table;
    }

    /** Serves DEVICE_GET_IRQ_INFO. */
    void info(Message message) throws ProtocolViolation, Refusal {
        message.requireLength(IrqInfoLayout.LENGTH);
        message.requireArgsz(IrqInfoLayout.ARGSZ, IrqInfoLayout.LENGTH);
        message.allowDescriptors(0);
        int kind = checkKind(message.body().getInt(IrqInfoLayout.INDEX));
        if (kind >= ERROR) {
            throw new Refusal(Errno.EINVAL, "interrupt kind " + kind + " is not available");
        }
        ByteBuffer reply = message.reply(IrqInfoLayout.LENGTH);
        reply.putInt(IrqInfoLayout.ARGSZ, IrqInfoLayout.LENGTH);
        reply.putInt(IrqInfoLayout.FLAGS, flags(kind));
        reply.putInt(IrqInfoLayout.COUNT, available(kind));
    }

    /** Serves DEVICE_SET_IRQS. */
    void set(Message message) throws ProtocolViolation, Refusal {
        IrqSet irqs = IrqSet.of(message);
        int kind = checkKind(irqs.index());
        if (irqs.disables()) {
            disable(kind);
        } else {
            checkRange(irqs, available(kind));
            if (irqs.action() != IrqSetLayout.ACTION_TRIGGER) {
                mask(irqs);
            } else if (irqs.data() == IrqSetLayout.DATA_EVENTFD) {
                assign(irqs, eventFds(message.descriptors(), irqs.count()));
            } else {
                trigger(irqs);
            }
        }
        message.reply(0);
    }

    /** Gives all eventfds back. */
    void close() {
        disable(INTX);
        disable(MSIX);
    }

    private static int checkKind(int kind) throws Refusal {
        if (kind < 0 || kind >= KINDS) {
            throw new Refusal(Errno.EINVAL, "interrupt kind " + Integer.toUnsignedString(kind) + " does not exist");
        }
        return kind;
    }

    private static void checkRange(IrqSet irqs, int available) throws Refusal {
        if (irqs.start() < 0 || irqs.count() <= 0 || irqs.start() > available - irqs.count()) {
            throw new Refusal(
                    Errno.EINVAL,
                    "start %s, count %s of interrupt kind %d, which has %d"
                            .formatted(
                                    Integer.toUnsignedString(irqs.start()),
                                    Integer.toUnsignedString(irqs.count()),
                                    irqs.index(),
                                    available));
        }
    }

    private int available(int kind) {
        return switch (kind) {
            case INTX -> pin ? 1 : 0;
            case MSIX -> table.vectors();
            default -> 0;
        };
    }

    private static int flags(int kind) {
        return switch (kind) {
            case INTX -> IrqInfoLayout.FLAG_EVENTFD | IrqInfoLayout.FLAG_MASKABLE | IrqInfoLayout.FLAG_AUTOMASKED;
            case MSIX -> IrqInfoLayout.FLAG_EVENTFD;
            default -> 0;
        };
    }

    private void disable(int kind) {
        if (kind == INTX) {
            table.intx().assign(null);
        } else if (kind == MSIX) {
            table.disableMsix();
        }
    }

    private void assign(IrqSet irqs, EventFd[] eventFds) {
        for (int i = 0; i < eventFds.length; i++) {
            if (irqs.index() == INTX) {
                table.intx().assign(eventFds[i]);
            } else {
                table.assign(irqs.start() + i, eventFds[i]);
            }
        }
    }

    private void trigger(IrqSet irqs) {
        for (int i = 0; i < irqs.count(); i++) {
            if (irqs.names(i) && irqs.index() == INTX) {
                table.intx().trigger();
            } else if (irqs.names(i)) {
                table.msix(irqs.start() + i);
            }
        }
    }

    private void mask(IrqSet irqs) throws Refusal {
        if (irqs.index() != INTX || irqs.data() == IrqSetLayout.DATA_EVENTFD) {
            throw new Refusal(
                    Errno.ENOTSUP,
                    "mask or unmask of interrupt kind %d with data flag 0x%x".formatted(irqs.index(), irqs.data()));
        }
        if (!irqs.names(0)) {
            return;
        }
        if (irqs.action() == IrqSetLayout.ACTION_MASK_IRQ) {
            table.intx().mask();
        } else {
            table.intx().unmask();
        }
    }

    /** The eventfds of the message; all null if it has none. */
    private static EventFd[] eventFds(ReceivedDescriptors descriptors, int count) throws Refusal {
        EventFd[] eventFds = new EventFd[count];
        try {
            for (int i = 0; i < descriptors.count(); i++) {
                eventFds[i] = EventFd.take(descriptors, i);
            }
        } catch (IOException e) {
            for (int i = 0; eventFds[i] != null; i++) {
                eventFds[i].close();
            }
            int errno = e instanceof SystemCallException call ? call.errno() : Errno.EIO.number();
            throw new Refusal(errno, e.getMessage());
        }
        return eventFds;
    }
}
