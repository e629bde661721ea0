// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver.internal;

import java.time.Duration;
import java.util.function.Consumer;
import org.viommu.driver.DriverException;
import org.viommu.driver.DriverException.Reason;
import org.viommu.driver.DriverMemory;
import org.viommu.driver.FaultReport;
import org.viommu.driver.IommuConfig;
import org.viommu.memory.MemoryAccess;
import org.viommu.virtio.DeviceInterrupts;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.iommu.IommuQueues;
import org.viommu.virtqueue.DriverQueue;
import org.viommu.virtqueue.RingFault;

/**
 * Everything that a driver has once its device works.
 *
 * @param features that were negotiated
 * @param config what the configuration space said
 * @param requests the request queue
 * @param probe null if PROBE was not negotiated
 * @param events the event queue, at work
 */
public record DriverStart(
        long features, IommuConfig config, RequestQueue requests, ProbeBuffer probe, EventQueue events) {

    /**
     * Brings a device to work, in the order of virtio 1.4, 3.1.1.
     *
     * @param transport the way to the device
     * @param memory for rings and buffers
     * @param timeout how long the device may take for an answer
     * @param listener is told of fault reports
     * @return the parts of the driver
     * @throws DriverException if the device cannot be driven
     */
    public static DriverStart start(
            DriverTransport transport, DriverMemory memory, Duration timeout, Consumer<FaultReport> listener)
            throws DriverException {
        Negotiation.reset(transport, timeout);
        MemoryAccess requestAccess = memory.memory().get();
        MemoryAccess eventAccess = memory.memory().get();
        try {
            long features = Negotiation.agree(transport);
            IommuConfig config = new ConfigReader(transport, features).read(timeout);
            MemoryCarver carver = new MemoryCarver(memory);
            QueueSetup setup = new QueueSetup(transport, carver, features);
            DriverQueue requestRing = setup.open(IommuQueues.REQUEST, RequestQueue.MAX_SIZE, requestAccess);
            DriverQueue eventRing = setup.open(IommuQueues.EVENT, EventQueue.MAX_SIZE, eventAccess);
            RequestQueue requests = new RequestQueue(transport, requestAccess, requestRing, carver, timeout);
            ProbeBuffer probe = config.probeSize() > 0 ? new ProbeBuffer(requests, config.probeSize(), carver) : null;
            EventQueue events = new EventQueue(transport, eventAccess, eventRing, carver, listener);
            transport.connect(interrupts(requests, events));
            Negotiation.finish(transport);
            events.start();
            return new DriverStart(features, config, requests, probe, events);
        } catch (RingFault fault) {
            giveUp(transport, requestAccess, eventAccess);
            throw new DriverException(Reason.RING, "rings cannot be written", fault);
        } catch (DriverException | RuntimeException e) {
            giveUp(transport, requestAccess, eventAccess);
            throw e;
        }
    }

    private static DeviceInterrupts interrupts(RequestQueue requests, EventQueue events) {
        return new DeviceInterrupts() {
            @Override
            public void queue(int queue) {
                if (queue == IommuQueues.REQUEST) {
                    requests.wake();
                } else {
                    events.wake();
                }
            }

            @Override
            public void config() {
                // Whoever waits for an answer looks whether the device needs a reset.
                requests.wake();
            }
        };
    }

    private static void giveUp(DriverTransport transport, MemoryAccess... accesses) {
        Negotiation.fail(transport);
        for (MemoryAccess access : accesses) {
            access.close();
        }
    }
}
