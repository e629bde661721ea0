// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.VirtioFeatures;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.Virtqueues;

/** A port with a device that answers at the very last moment. */
class RingPortTest {
    private static final int SIZE = 16 << 20;

    private final GuestMemory memory = new GuestMemory();
    private final MemoryAccess access;
    private final Map<Integer, QueueAddresses> queues = new HashMap<>();
    private int status;
    private boolean breaks;

    RingPortTest() {
        memory.add(new MemoryRegion(0, SIZE - 1, true, List.of(ByteBuffer.allocateDirect(SIZE))));
        access = memory.open();
    }

    @Test
    void an_answer_of_a_device_that_breaks_after_it_is_seen() {
        RingPort port = port();
        assertThat(port.start(VirtioFeatures.VERSION_1)).isTrue();
        breaks = true;
        assertThat(port.send(new byte[8], 4, 8).writable()).containsExactly(1, 2, 3, 4);
    }

    private RingPort port() {
        Arena space = new Arena(1 << 20, SIZE - (1 << 20));
        return new RingPort(transport(), access, space, Duration.ofDays(1), board());
    }

    private DriverTransport transport() {
        return (DriverTransport) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {DriverTransport.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "offeredFeatures" -> VirtioFeatures.VERSION_1;
                    case "maxQueueSize" -> 256;
                    case "enableQueue" -> queues.put((int) arguments[0], (QueueAddresses) arguments[1]) == null;
                    case "setStatus" -> status = (int) arguments[0];
                    case "status" -> {
                        if (breaks) {
                            answer();
                            status |= DeviceStatus.NEEDS_RESET;
                        }
                        yield status;
                    }
                    default -> null;
                });
    }

    /** Somebody asks about the device, so the request has been looked for once at least. */
    private void answer() throws Exception {
        breaks = false;
        try (MemoryAccess device = memory.open()) {
            DeviceQueue queue = Virtqueues.openDevice(queues.get(0), VirtioFeatures.VERSION_1, device);
            Chain chain = new Chain();
            assertThat(queue.pop(chain)).isTrue();
            chain.writeInt(0, 0x0403_0201);
            queue.push(chain, 4);
            queue.publish();
        }
    }

    private Board board() {
        return (Board) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Board.class}, (proxy, method, arguments) -> "board");
    }
}
