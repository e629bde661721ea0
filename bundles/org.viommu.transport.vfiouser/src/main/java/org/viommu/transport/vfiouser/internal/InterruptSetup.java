// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.IntPredicate;
import org.viommu.transport.pci.PciFunction;
import org.viommu.transport.vfiouser.internal.os.Errno;
import org.viommu.transport.vfiouser.internal.os.EventFd;
import org.viommu.transport.vfiouser.internal.os.ReceivedDescriptors;
import org.viommu.transport.vfiouser.internal.os.SystemCallException;
import org.viommu.transport.vfiouser.internal.wire.IrqInfoLayout;
import org.viommu.transport.vfiouser.internal.wire.IrqSetLayout;
import org.viommu.transport.vfiouser.internal.wire.Message;
import org.viommu.transport.vfiouser.internal.wire.ProtocolViolation;
import org.viommu.transport.vfiouser.internal.wire.Refusal;

/**
 * The interrupts of a function: what there is, and which eventfds they signal; vfio-user 0.0, VFIO_USER_DEVICE_GET_IRQ_INFO and VFIO_USER_DEVICE_SET_IRQS.
 * Numbered as in {@code linux/vfio.h}: INTx, MSI, MSI-X, error, request. Confined to one thread.
 */
final class InterruptSetup {
    /** How many kinds there are. */
    static final int KINDS = 5;

    private static final int INTX = 0;
    private static final int MSIX = 2;
    private static final int ERROR = 3;

    /** Register of configuration space that says which INTx pin a function uses, 0 for none; PCI Local Bus 3.0, 6.2.4. */
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
        message.requireMinimum(IrqSetLayout.DATA);
        message.requireArgsz(IrqSetLayout.ARGSZ, IrqSetLayout.DATA);
        ByteBuffer body = message.body();
        int flags = body.getInt(IrqSetLayout.FLAGS);
        int start = body.getInt(IrqSetLayout.START);
        int count = body.getInt(IrqSetLayout.COUNT);
        checkForm(message, flags, Integer.toUnsignedLong(count));
        int kind = checkKind(body.getInt(IrqSetLayout.INDEX));
        int data = flags & IrqSetLayout.DATA_MASK;
        int action = flags & IrqSetLayout.ACTION_MASK;
        if (count == 0) {
            if (start != 0 || data != IrqSetLayout.DATA_NONE || action != IrqSetLayout.ACTION_TRIGGER) {
                throw new Refusal(Errno.EINVAL, "count 0 with start %d and flags 0x%x".formatted(start, flags));
            }
            disable(kind);
        } else {
            int available = available(kind);
            if (start < 0 || count < 0 || start > available - count) {
                throw new Refusal(
                        Errno.EINVAL,
                        "interrupts from %s, count %s of kind %d, which has %d"
                                .formatted(
                                        Integer.toUnsignedString(start),
                                        Integer.toUnsignedString(count),
                                        kind,
                                        available));
            }
            change(message, kind, data, action, start, count);
        }
        message.reply(0);
    }

    /** Gives all eventfds back. */
    void close() {
        disable(INTX);
        disable(MSIX);
    }

    private static void checkForm(Message message, int flags, long count) throws ProtocolViolation {
        int data = flags & IrqSetLayout.DATA_MASK;
        int action = flags & IrqSetLayout.ACTION_MASK;
        if (Integer.bitCount(data) != 1 || Integer.bitCount(action) != 1 || (data | action) != flags) {
            throw message.violation("flags 0x%x are not one kind of data and one action".formatted(flags));
        }
        long length = IrqSetLayout.DATA + (data == IrqSetLayout.DATA_BOOL ? count : 0);
        if (message.body().limit() != length) {
            throw message.violation(
                    "body of %d bytes instead of %d".formatted(message.body().limit(), length));
        }
        int descriptors = message.descriptors().count();
        if (descriptors != 0 && (data != IrqSetLayout.DATA_EVENTFD || descriptors != count)) {
            throw message.violation(
                    "%d file descriptors with count %d and flags 0x%x".formatted(descriptors, count, flags));
        }
    }

    private static int checkKind(int kind) throws Refusal {
        if (kind < 0 || kind >= KINDS) {
            throw new Refusal(Errno.EINVAL, "interrupt kind " + Integer.toUnsignedString(kind) + " does not exist");
        }
        return kind;
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

    private void change(Message message, int kind, int data, int action, int start, int count) throws Refusal {
        if (action == IrqSetLayout.ACTION_TRIGGER) {
            if (data == IrqSetLayout.DATA_EVENTFD) {
                assign(kind, start, eventFds(message.descriptors(), count));
            } else {
                trigger(kind, start, count, chosen(message, data));
            }
        } else if (kind == INTX && data != IrqSetLayout.DATA_EVENTFD) {
            if (chosen(message, data).test(0)) {
                mask(action == IrqSetLayout.ACTION_MASK_IRQ);
            }
        } else {
            throw new Refusal(Errno.ENOTSUP, "mask or unmask of kind %d with data flag 0x%x".formatted(kind, data));
        }
    }

    private void assign(int kind, int start, EventFd[] eventFds) {
        for (int i = 0; i < eventFds.length; i++) {
            if (kind == INTX) {
                table.intx().assign(eventFds[i]);
            } else {
                table.assign(start + i, eventFds[i]);
            }
        }
    }

    private void trigger(int kind, int start, int count, IntPredicate chosen) {
        for (int i = 0; i < count; i++) {
            if (chosen.test(i)) {
                if (kind == INTX) {
                    table.intx().trigger();
                } else {
                    table.msix(start + i);
                }
            }
        }
    }

    private void mask(boolean masked) {
        if (masked) {
            table.intx().mask();
        } else {
            table.intx().unmask();
        }
    }

    /** Which interrupts of the range the message speaks of: all, or those whose byte is not 0. */
    private static IntPredicate chosen(Message message, int data) {
        return data == IrqSetLayout.DATA_NONE ? i -> true : i -> message.body().get(IrqSetLayout.DATA + i) != 0;
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
