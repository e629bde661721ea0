// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.viommu.transport.pci.PciInterrupts;
import org.viommu.virtio.DeviceInterrupts;

/**
 * Turns a device's notifications into MSI-X messages or the level of the INTx pin (virtio 1.4, 4.1.4.5 and 4.1.5.1).
 *
 * <p>Thread-safe. A message for a vector that is not masked is sent without a lock.
 */
final class InterruptRouter implements DeviceInterrupts {
    /** The vector of an event that is not delivered. */
    static final int NO_VECTOR = 0xffff;

    /** Bit of the interrupt status: a queue has used buffers, and the pin tells of it. */
    static final int STATUS_QUEUE = 1;

    /** Bit of the interrupt status: the configuration has changed. */
    static final int STATUS_CONFIG = 2;

    private static final int MASKED = 1;

    /** The vector of each queue, and behind them that of configuration changes. */
    private final AtomicIntegerArray vectors;

    private final AtomicIntegerArray masks;
    private final boolean[] pending;
    private final int config;

    private volatile PciInterrupts host = PciInterrupts.NONE;
    private volatile boolean messages;
    private volatile boolean functionMasked;

    private boolean pinDisabled;
    private boolean asserted;
    private int status;

    InterruptRouter(int queues) {
        config = queues;
        vectors = new AtomicIntegerArray(queues + 1);
        masks = new AtomicIntegerArray(queues + 1);
        pending = new boolean[queues + 1];
        reset();
    }

    /** One for each queue and one for configuration changes. */
    int count() {
        return pending.length;
    }

    synchronized void connect(PciInterrupts host) {
        this.host = host;
        if (asserted) {
            host.intx(true);
        }
    }

    /** The device was reset: no event has a vector, and none is pending. */
    synchronized void reset() {
        for (int i = 0; i < vectors.length(); i++) {
            vectors.set(i, NO_VECTOR);
        }
        Arrays.fill(pending, false);
        status = 0;
        drivePin();
    }

    /** The function was reset: MSI-X is off and nothing is masked here. */
    synchronized void resetFunction() {
        for (int i = 0; i < masks.length(); i++) {
            masks.set(i, 0);
        }
        functionMasked = false;
        messages = false;
        pinDisabled = false;
        reset();
    }

    /** Saves what {@link #control} does not say. */
    synchronized void save(ByteBuffer target) {
        target.putShort(FunctionStateLayout.INTERRUPT_STATUS, (short) status);
        for (int i = 0; i < pending.length; i++) {
            int at = FunctionState.vector(i);
            int flags = (masks.get(i) == MASKED ? FunctionStateLayout.FLAG_MASKED : 0)
                    | (pending[i] ? FunctionStateLayout.FLAG_PENDING : 0);
            target.putShort(at + FunctionStateLayout.MAPPED, (short) vectors.get(i))
                    .putShort(at + FunctionStateLayout.FLAGS, (short) flags);
        }
    }

    /** Takes over what was saved; {@link #control} follows. */
    synchronized void restore(ByteBuffer source) {
        status = source.getShort(FunctionStateLayout.INTERRUPT_STATUS) & (STATUS_QUEUE | STATUS_CONFIG);
        for (int i = 0; i < pending.length; i++) {
            int at = FunctionState.vector(i);
            int flags = source.getShort(at + FunctionStateLayout.FLAGS);
            vectors.set(i, checked(Short.toUnsignedInt(source.getShort(at + FunctionStateLayout.MAPPED))));
            masks.set(i, (flags & FunctionStateLayout.FLAG_MASKED) != 0 ? MASKED : 0);
            pending[i] = (flags & FunctionStateLayout.FLAG_PENDING) != 0;
        }
    }

    /** The guest has written the MSI-X control or the command register. */
    synchronized void control(boolean messages, boolean functionMasked, boolean pinDisabled) {
        this.pinDisabled = pinDisabled;
        if (messages) {
            lowerPin();
        }
        this.messages = messages;
        this.functionMasked = functionMasked;
        drivePin();
        sendPending();
    }

    int configVector() {
        return vectors.get(config);
    }

    void setConfigVector(int vector) {
        vectors.set(config, checked(vector));
    }

    int queueVector(int queue) {
        return queue < config ? vectors.get(queue) : NO_VECTOR;
    }

    void setQueueVector(int queue, int vector) {
        if (queue < config) {
            vectors.set(queue, checked(vector));
        }
    }

    /**
     * A vector that does not exist cannot be mapped, which the driver sees when it reads back (virtio 1.4, 4.1.5.1.2).
     */
    private int checked(int vector) {
        return vector < count() ? vector : NO_VECTOR;
    }

    synchronized void mask(int vector, boolean masked) {
        masks.set(vector, masked ? MASKED : 0);
        sendPending();
    }

    /** A byte of the pending bits. */
    synchronized int pending(int offset) {
        int bits = 0;
        for (int i = 0; i < Byte.SIZE; i++) {
            int vector = offset * Byte.SIZE + i;
            bits |= vector < pending.length && pending[vector] ? 1 << i : 0;
        }
        return bits;
    }

    /** Reads and clears the interrupt status. */
    synchronized int readStatus() {
        int read = status;
        status = 0;
        drivePin();
        return read;
    }

    /** What the interrupt bit of the PCI status register shows. */
    synchronized boolean pinPending() {
        return !messages && status != 0;
    }

    @Override
    public void queue(int queue) {
        if (messages) {
            send(vectors.get(queue));
        } else {
            raise(STATUS_QUEUE);
        }
    }

    @Override
    public void config() {
        raise(STATUS_CONFIG);
        if (messages) {
            send(vectors.get(config));
        }
    }

    private synchronized void raise(int bit) {
        status |= bit;
        drivePin();
    }

    private void send(int vector) {
        if (vector == NO_VECTOR) {
            return;
        }
        if (masked(vector)) {
            defer(vector);
        } else {
            host.msix(vector);
        }
    }

    private synchronized void defer(int vector) {
        pending[vector] = true;
        sendPending();
    }

    private void sendPending() {
        for (int vector = 0; vector < pending.length; vector++) {
            if (pending[vector] && messages && !masked(vector)) {
                pending[vector] = false;
                host.msix(vector);
            }
        }
    }

    private boolean masked(int vector) {
        return functionMasked || masks.get(vector) == MASKED;
    }

    private void drivePin() {
        boolean level = !messages && status != 0 && !pinDisabled;
        if (level != asserted) {
            asserted = level;
            host.intx(level);
        }
    }

    /** The host hears about the pin only while MSI-X is off, so it falls before MSI-X takes over. */
    private void lowerPin() {
        if (asserted) {
            asserted = false;
            host.intx(false);
        }
    }
}
