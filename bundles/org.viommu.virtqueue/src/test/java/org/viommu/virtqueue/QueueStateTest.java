// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.viommu.virtqueue.MemoryRig.BUFFERS;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Queues that are saved and go on in a fresh instance. */
class QueueStateTest {
    private static final int REQUESTS = 20_000;
    private static final int SLOT = 32;
    private static final int BUFFER_COUNT = 64;

    private record Sent(long number, long buffer) {}

    @ParameterizedTest
    @CsvSource({
        "0,16,1",
        "0x20000000,32,2",
        "0x800000000,16,3",
        "0x400000000,16,4",
        "0x420000000,21,5",
        "0xc20000000,21,6"
    })
    void no_buffer_is_lost_or_repeated(String negotiated, int size, long seed) throws Exception {
        long features = Long.decode(negotiated);
        Random random = new Random(seed);
        MemoryRig rig = new MemoryRig(size);
        DriverQueue driver = rig.driver(features);
        DeviceRing device = rig.device(features);
        Deque<Long> freeBuffers = new ArrayDeque<>();
        for (int i = 0; i < BUFFER_COUNT; i++) {
            freeBuffers.add(BUFFERS + (long) SLOT * i);
        }
        Sent[] inFlight = new Sent[size];
        List<Chain> held = new ArrayList<>();
        long sent = 0;
        long served = 0;
        long done = 0;
        int restored = 0;
        while (done < REQUESTS) {
            for (int i = random.nextInt(size); i > 0 && sent < REQUESTS && driver.free() >= 2; i--) {
                Sent request = new Sent(sent++, freeBuffers.remove());
                rig.access.putLong(request.buffer, request.number);
                inFlight[driver.add(new long[] {request.buffer, 8, request.buffer + 8, 8}, 1)] = request;
            }
            driver.publish();
            for (int i = random.nextInt(size); i > 0; i--) {
                Chain chain = new Chain();
                if (device.pop(chain)) {
                    held.add(chain);
                }
            }
            Collections.shuffle(held, random);
            boolean rest = random.nextInt(4) == 0;
            while (!held.isEmpty() && (rest || random.nextInt(3) > 0)) {
                Chain chain = held.remove(held.size() - 1);
                chain.writeLong(0, ~chain.readLong(0));
                device.push(chain, 8);
                served++;
            }
            device.publish();
            if (rest) {
                device = restore(rig, features, device);
                restored++;
            }
            for (int id = driver.poll(); id >= 0; id = driver.poll()) {
                Sent request = inFlight[id];
                inFlight[id] = null;
                assertThat(rig.access.getLong(request.buffer + 8)).isEqualTo(~request.number);
                freeBuffers.add(request.buffer);
                done++;
            }
        }
        assertThat(served).isEqualTo(REQUESTS);
        assertThat(restored).isGreaterThan(100);
    }

    private static DeviceRing restore(MemoryRig rig, long features, DeviceRing device) throws RingFault {
        ByteBuffer saved = ByteBuffer.allocate(QueueState.BYTES);
        device.state().write(saved);
        return Virtqueues.openDevice(rig.addresses, features, rig.memory.open(), QueueState.read(saved.flip()));
    }

    @ParameterizedTest
    @CsvSource({"0", "0x400000000", "0x800000000", "0xc00000000"})
    void device_that_holds_a_chain_is_not_saved(String negotiated) throws Exception {
        long features = Long.decode(negotiated);
        MemoryRig rig = new MemoryRig(8);
        DriverQueue driver = rig.driver(features);
        DeviceRing device = rig.device(features);
        driver.add(new long[] {BUFFERS, 8}, 0);
        driver.publish();
        Chain chain = new Chain();

        device.pop(chain);
        assertThatIllegalStateException().isThrownBy(device::state);
        device.push(chain, 8);
        assertThatIllegalStateException().isThrownBy(device::state);
        device.publish();
        assertThat(device.state().size()).isEqualTo(8);
    }

    @Test
    void fresh_queues_begin_at_0() throws Exception {
        assertThat(new MemoryRig(8).device(0).state()).isEqualTo(new QueueState(false, 8, 0));
        assertThat(new MemoryRig(7).device(RingFeatures.PACKED).state()).isEqualTo(new QueueState(true, 7, 0x8000));
    }

    @Test
    void bytes_are_versioned_and_little_endian() {
        ByteBuffer saved = ByteBuffer.allocate(QueueState.BYTES);
        new QueueState(true, 0x7123, 0x8045).write(saved);

        assertThat(saved.array()).containsExactly(1, 0, 1, 0, 0x23, 0x71, 0x45, 0x80);
        assertThat(QueueState.read(saved.flip())).isEqualTo(new QueueState(true, 0x7123, 0x8045));
    }

    @ParameterizedTest
    @CsvSource({
        "2,0,8,0,'queue state has version 2, not 1'",
        "0,0,8,0,'queue state has version 0, not 1'",
        "1,2,8,0,'queue state has layout 2, neither 0 (split) nor 1 (packed)'",
        "1,0,7,0,'queue size 7 is not a power of two in 1..32768'",
        "1,0,0,0,'queue size 0 is not a power of two in 1..32768'",
        "1,1,0,0,'queue size 0 is not in 1..32768'",
        "1,1,32769,0,'queue size 32769 is not in 1..32768'",
        "1,1,7,7,'position 0x7 is not one of a packed ring of 7 entries'",
        "1,1,7,0x8007,'position 0x8007 is not one of a packed ring of 7 entries'"
    })
    void bytes_that_are_no_state_are_refused(int version, int layout, int size, String next, String message) {
        ByteBuffer bytes = ByteBuffer.allocate(QueueState.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort((short) version)
                .putShort((short) layout)
                .putShort((short) size)
                .putShort((short) (int) Integer.decode(next));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> QueueState.read(bytes.flip()))
                .withMessage(message);
    }

    @Test
    void positions_have_16_bits() {
        assertThat(new QueueState(false, 1, 0xffff).next()).isEqualTo(0xffff);
        assertThatIllegalArgumentException().isThrownBy(() -> new QueueState(false, 1, 0x10000));
        assertThatIllegalArgumentException().isThrownBy(() -> new QueueState(false, 1, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> new QueueState(true, 8, -1));
    }

    @Test
    void state_must_fit_the_queue() {
        MemoryRig rig = new MemoryRig(8);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Virtqueues.openDevice(rig.addresses, 0, rig.access, new QueueState(true, 8, 0)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Virtqueues.openDevice(rig.addresses, 0, rig.access, new QueueState(false, 16, 0)));
    }

    @Test
    void restored_index_is_held_against_the_ring() throws Exception {
        RingRig rig = new RingRig(8);
        rig.availableIndex(0x100);
        DeviceRing ahead = Virtqueues.openDevice(rig.addresses, 0, rig.access, new QueueState(false, 8, 0x101));
        DeviceRing behind = Virtqueues.openDevice(rig.addresses, 0, rig.access, new QueueState(false, 8, 0xf7));

        MemoryRig.assertFault(() -> ahead.pop(new Chain()), RingFault.Kind.INDEX_JUMP);
        MemoryRig.assertFault(() -> behind.pop(new Chain()), RingFault.Kind.INDEX_JUMP);
    }
}
