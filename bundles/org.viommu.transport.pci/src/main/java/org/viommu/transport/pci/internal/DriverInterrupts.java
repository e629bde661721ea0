// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import org.viommu.transport.pci.PciInterrupts;
import org.viommu.transport.pci.PciPort;
import org.viommu.virtio.DeviceInterrupts;

/**
 * Turns messages and the level of the pin into a device's notifications, for its driver. Configuration changes have the
 * first vector, and the queues share the others, or that one too if there is no other.
 */
public final class DriverInterrupts implements PciInterrupts {
    private static final int CONFIG_VECTOR = 0;

    private final PciPort port;
    private final VirtioStructures.Structure isr;
    private volatile DeviceInterrupts target = DeviceInterrupts.NONE;

    /** One more than the highest index of a queue that has been enabled. */
    private volatile int queues;

    private volatile int vectors;

    /**
     * Prepares the way to a driver.
     *
     * @param port where the interrupt status is read
     * @param isr its place
     */
    public DriverInterrupts(PciPort port, VirtioStructures.Structure isr) {
        this.port = port;
        this.isr = isr;
    }

    /** Begins to listen. */
    public void connect() {
        vectors = port.connect(this);
    }

    /**
     * Says who hears about notifications from now on.
     *
     * @param next the driver
     */
    public void setTarget(DeviceInterrupts next) {
        target = next;
    }

    /**
     * Takes note of a queue.
     *
     * @param queue index of the queue
     */
    public void addQueue(int queue) {
        queues = Math.max(queues, queue + 1);
    }

    /**
     * The vector of configuration changes.
     *
     * @return a vector, or {@link InterruptRouter#NO_VECTOR} if the pin is used
     */
    public int configVector() {
        return vectors == 0 ? InterruptRouter.NO_VECTOR : CONFIG_VECTOR;
    }

    /**
     * The vector of a queue.
     *
     * @param queue index of the queue
     * @return a vector, or {@link InterruptRouter#NO_VECTOR} if the pin is used
     */
    public int queueVector(int queue) {
        return vectors < 2 ? configVector() : 1 + queue % (vectors - 1);
    }

    @Override
    public void msix(int vector) {
        if (vector == CONFIG_VECTOR) {
            target.config();
        }
        for (int queue = 0; queue < queues; queue++) {
            if (queueVector(queue) == vector) {
                target.queue(queue);
            }
        }
    }

    /** Reading the status clears it, so it is read until nothing is left. */
    @Override
    public void intx(boolean asserted) {
        for (int status = asserted ? readStatus() : 0; status != 0; status = readStatus()) {
            if ((status & InterruptRouter.STATUS_QUEUE) != 0) {
                for (int queue = 0; queue < queues; queue++) {
                    target.queue(queue);
                }
            }
            if ((status & InterruptRouter.STATUS_CONFIG) != 0) {
                target.config();
            }
        }
    }

    private int readStatus() {
        return (int) port.readBar(isr.bar(), isr.offset(), Byte.BYTES)
                & (InterruptRouter.STATUS_QUEUE | InterruptRouter.STATUS_CONFIG);
    }
}
