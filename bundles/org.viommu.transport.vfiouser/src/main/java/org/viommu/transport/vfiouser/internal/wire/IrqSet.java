// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal.wire;

import java.nio.ByteBuffer;

/**
 * A well-formed DEVICE_SET_IRQS.
 *
 * @param index which kind of interrupts
 * @param start the first interrupt
 * @param count how many, unsigned
 * @param data one of the {@code DATA_} flags of {@link IrqSetLayout}
 * @param action one of its {@code ACTION_} flags
 * @param body of the message
 */
public record IrqSet(int index, int start, int count, int data, int action, ByteBuffer body) {
    /** Reads the message. */
    public static IrqSet of(Message message) throws ProtocolViolation {
        message.requireMinimum(IrqSetLayout.DATA);
        message.requireArgsz(IrqSetLayout.ARGSZ, IrqSetLayout.DATA);
        ByteBuffer body = message.body();
        int flags = body.getInt(IrqSetLayout.FLAGS);
        int data = flags & IrqSetLayout.DATA_MASK;
        int action = flags & IrqSetLayout.ACTION_MASK;
        if (Integer.bitCount(data) != 1 || Integer.bitCount(action) != 1 || (data | action) != flags) {
            throw message.violation("flags 0x%x are not one kind of data and one action".formatted(flags));
        }
        int count = body.getInt(IrqSetLayout.COUNT);
        checkLength(message, data, Integer.toUnsignedLong(count));
        checkDescriptors(message, data, Integer.toUnsignedLong(count));
        return new IrqSet(body.getInt(IrqSetLayout.INDEX), body.getInt(IrqSetLayout.START), count, data, action, body);
    }

    /** Whether it is the special case that disables all interrupts of a kind. */
    public boolean disables() {
        return count == 0 && start == 0 && data == IrqSetLayout.DATA_NONE && action == IrqSetLayout.ACTION_TRIGGER;
    }

    /** Whether it speaks of an interrupt, counted from {@link #start()}: of all, or of those whose byte is not 0. */
    public boolean names(int interrupt) {
        return data != IrqSetLayout.DATA_BOOL || body.get(IrqSetLayout.DATA + interrupt) != 0;
    }

    private static void checkLength(Message message, int data, long count) throws ProtocolViolation {
        long length = IrqSetLayout.DATA + (data == IrqSetLayout.DATA_BOOL ? count : 0);
        if (message.body().limit() != length) {
            throw message.violation(
                    "body of %d bytes instead of %d".formatted(message.body().limit(), length));
        }
    }

    private static void checkDescriptors(Message message, int data, long count) throws ProtocolViolation {
        int descriptors = message.descriptors().count();
        if (descriptors != 0 && (data != IrqSetLayout.DATA_EVENTFD || descriptors != count)) {
            throw message.violation(
                    "%d file descriptors with count %d and data flag 0x%x".formatted(descriptors, count, data));
        }
    }
}
