// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess;

/**
 * A device that serves whatever a ring holds, and asserts that nothing but the two declared faults comes out and that
 * no call takes more than a bounded number of steps.
 */
final class HostileServer {
    final Set<RingFault.Kind> seen = EnumSet.noneOf(RingFault.Kind.class);

    private final MemoryRig rig;
    private final ByteBuffer scratch = ByteBuffer.allocate(64);
    private long steps;

    /** Done behind each step in memory: what a peer does that changes the ring meanwhile. */
    private Disturbance disturbance = () -> {};

    /** Memory that counts the steps taken in it, and therefore gives no windows. */
    final MemoryAccess counted;

    /** A peer's access between two steps of the queue. */
    interface Disturbance {
        void disturb() throws AccessFault;
    }

    HostileServer(MemoryRig rig) {
        this.rig = rig;
        this.counted = (MemoryAccess) Proxy.newProxyInstance(
                MemoryAccess.class.getClassLoader(),
                new Class<?>[] {MemoryAccess.class},
                (proxy, method, arguments) -> {
                    // Without windows there is nothing behind the question for one.
                    steps += WithoutWindows.answers(method) ? 0 : 1;
                    try {
                        Object result = WithoutWindows.invoke(rig.access, method, arguments);
                        disturbance.disturb();
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** Has a peer change memory behind each step from now on. */
    void disturb(Disturbance peer) {
        disturbance = peer;
    }

    /** Serves the ring to its end or first fault, no longer than a peer can fill it; returns how many chains came. */
    int serve(Random random, long features) {
        int served = 0;
        try {
            DeviceQueue queue = Virtqueues.openDevice(rig.addresses, features, counted);
            Chain chain = new Chain();
            queue.suppressKicks();
            while (pop(queue, chain)) {
                touch(chain, random);
                queue.push(chain, (int) Math.min(chain.writableLength(), random.nextInt(64)));
                served++;
            }
            queue.publish();
            queue.interruptWanted();
            queue.enableKicks();
        } catch (RingFault fault) {
            assertThat(fault.getMessage()).contains(fault.kind().name());
            seen.add(fault.kind());
        }
        assertThat(served).isLessThanOrEqualTo(rig.addresses.size());
        return served;
    }

    private boolean pop(DeviceQueue queue, Chain chain) throws RingFault {
        steps = 0;
        try {
            return queue.pop(chain);
        } finally {
            // Two words for each piece and for the table's descriptor, the index, the head, and the bracket.
            assertThat(steps).isLessThanOrEqualTo(2L * rig.addresses.size() + 2 + 4);
        }
    }

    private void touch(Chain chain, Random random) {
        for (int i = 0; i < 4; i++) {
            try {
                touchAt(chain, random.nextInt(5), random);
            } catch (AccessFault fault) {
                assertThat(fault.reason()).isNotNull();
            }
        }
    }

    private void touchAt(Chain chain, int how, Random random) throws AccessFault {
        long readable = chain.readableLength();
        long writable = chain.writableLength();
        if (how == 0 && readable >= 8) {
            chain.readLong((long) (random.nextDouble() * (readable - 8)));
        } else if (how == 1 && readable >= 64) {
            chain.read((long) (random.nextDouble() * (readable - 64)), scratch.clear());
        } else if (how == 2 && writable >= 4) {
            chain.writeInt((long) (random.nextDouble() * (writable - 4)), -1);
        } else if (how == 3 && writable >= 64) {
            chain.write((long) (random.nextDouble() * (writable - 64)), scratch.clear());
        } else if (how == 4) {
            chain.visitWritable(0, Math.min(writable, 100), (piece, offset) -> {});
        }
    }
}
