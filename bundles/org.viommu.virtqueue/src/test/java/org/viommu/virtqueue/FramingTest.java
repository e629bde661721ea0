// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.viommu.virtqueue.RingRig.BUFFERS;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viommu.memory.AccessFault;

/**
 * Rules S2 and P1: a message is the same however its driver frames it. Random messages in random pieces, served in random order
 * and in random steps.
 */
class FramingTest {
    private static final int ARENAS = 32;
    private static final int MESSAGES = 4_000;
    private static final int ARENA = 0x1000;
    private static final long TABLES = BUFFERS + 0x8_0000;

    private MemoryRig rig;
    private final Map<Integer, Message> inFlight = new HashMap<>();
    private final Deque<Integer> sent = new ArrayDeque<>();
    private final Deque<Integer> freeArenas = new ArrayDeque<>();
    private int completed;

    private record Message(int arena, byte[] request, byte[] answer, long[] pieces, int readable, int written) {}

    @ParameterizedTest
    @CsvSource({"1,32,false", "2,32,false", "3,32,true", "4,32,true"})
    void S2_messages_survive_any_framing(long seed, int size, boolean indirect) throws Exception {
        exchange(new Random(seed), size, 0, indirect);
    }

    @ParameterizedTest
    @CsvSource({"5,32,false", "6,17,false", "7,33,true", "8,16,true"})
    void P1_messages_survive_any_framing(long seed, int size, boolean indirect) throws Exception {
        exchange(new Random(seed), size, RingFeatures.PACKED, indirect);
    }

    @ParameterizedTest
    @CsvSource({"9,32,false", "10,32,true"})
    void G8_messages_come_back_in_order_in_a_split_ring(long seed, int size, boolean indirect) throws Exception {
        exchange(new Random(seed), size, RingFeatures.IN_ORDER, indirect);
    }

    @ParameterizedTest
    @CsvSource({"11,19,false", "12,35,true"})
    void P6_messages_come_back_in_order_in_a_packed_ring(long seed, int size, boolean indirect) throws Exception {
        exchange(new Random(seed), size, RingFeatures.PACKED | RingFeatures.IN_ORDER, indirect);
    }

    private void exchange(Random random, int size, long layout, boolean indirect) throws Exception {
        rig = new MemoryRig(size);
        long features = layout | (indirect ? RingFeatures.INDIRECT_DESC : 0);
        DriverQueue driver = rig.driver(features);
        DeviceQueue device = rig.device(features);
        List<Chain> popped = new ArrayList<>();
        for (int i = 0; i < ARENAS; i++) {
            freeArenas.add(i);
        }
        while (completed < MESSAGES) {
            for (int i = random.nextInt(4); i > 0 && !freeArenas.isEmpty(); i--) {
                send(driver, random, indirect && random.nextBoolean());
            }
            driver.publish();
            for (Chain chain = new Chain(); device.pop(chain); chain = new Chain()) {
                popped.add(chain);
            }
            for (int i = random.nextInt(6); i > 0 && !popped.isEmpty(); i--) {
                serve(device, popped.remove(random.nextInt(popped.size())), random);
            }
            device.publish();
            for (int id = driver.poll(); id >= 0; id = driver.poll()) {
                if ((features & RingFeatures.IN_ORDER) != 0) {
                    assertThat(id).isEqualTo(sent.peek());
                }
                sent.remove(id);
                complete(inFlight.remove(id), driver.usedLength());
            }
        }
    }

    private void send(DriverQueue driver, Random random, boolean indirect) throws Exception {
        int arena = freeArenas.peek();
        byte[] request = bytes(random);
        byte[] answer = bytes(random);
        List<Long> pieces = new ArrayList<>();
        long at = BUFFERS + (long) arena * ARENA;
        at = cut(pieces, at, request.length, random);
        int readable = pieces.size() / 2;
        cut(pieces, at, answer.length, random);
        long[] flat = pieces.stream().mapToLong(Long::longValue).toArray();
        if (flat.length == 0) {
            return;
        }
        int written = random.nextBoolean() ? answer.length : random.nextInt(answer.length + 1);
        int offset = 0;
        for (int i = 0; i < readable; i++) {
            rig.access.write(flat[2 * i], ByteBuffer.wrap(request, offset, (int) flat[2 * i + 1]));
            offset += (int) flat[2 * i + 1];
        }
        int id = indirect ? driver.addIndirect(flat, readable, TABLES + arena * 0x200L) : driver.add(flat, readable);
        if (id >= 0) {
            freeArenas.remove();
            sent.add(id);
            assertThat(inFlight.put(id, new Message(arena, request, answer, flat, readable, written)))
                    .isNull();
        }
    }

    /** Cuts a part into up to eight pieces with gaps between them; returns the first address behind them. */
    private static long cut(List<Long> pieces, long start, int length, Random random) {
        long at = start;
        int left = length;
        for (int piece = 0; left > 0; piece++) {
            int size = piece == 7 ? left : 1 + random.nextInt(left);
            at += random.nextInt(5);
            pieces.add(at);
            pieces.add((long) size);
            at += size;
            left -= size;
        }
        return at;
    }

    private void serve(DeviceQueue device, Chain chain, Random random) throws Exception {
        Message message = inFlight.get(chain.id());
        assertThat(chain.readableLength()).isEqualTo(message.request.length);
        assertThat(chain.writableLength()).isEqualTo(message.answer.length);
        ByteBuffer request = ByteBuffer.wrap(message.request).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer answer = ByteBuffer.wrap(message.answer).order(ByteOrder.LITTLE_ENDIAN);
        for (int step = 0; step < 5; step++) {
            readSomewhere(chain, request, random);
        }
        for (int at = 0; at < answer.capacity(); ) {
            at += writeAt(chain, answer, at, random);
        }
        device.push(chain, message.written);
    }

    private static void readSomewhere(Chain chain, ByteBuffer request, Random random) throws AccessFault {
        int length = 1 << random.nextInt(5);
        if (length > request.capacity()) {
            return;
        }
        int at = random.nextInt(request.capacity() - length + 1);
        switch (length) {
            case 1 -> assertThat(chain.readByte(at)).isEqualTo(request.get(at));
            case 2 -> assertThat(chain.readShort(at)).isEqualTo(request.getShort(at));
            case 4 -> assertThat(chain.readInt(at)).isEqualTo(request.getInt(at));
            case 8 -> assertThat(chain.readLong(at)).isEqualTo(request.getLong(at));
            default -> {
                ByteBuffer copy = ByteBuffer.allocate(length);
                chain.read(at, copy);
                assertThat(copy.flip()).isEqualTo(request.slice(at, length));
                chain.visitReadable(
                        at,
                        length,
                        (piece, offset) ->
                                assertThat(piece).isEqualTo(request.slice(at + (int) offset, piece.remaining())));
            }
        }
    }

    private static int writeAt(Chain chain, ByteBuffer answer, int at, Random random) throws AccessFault {
        int length = Math.min(Integer.highestOneBit(answer.capacity() - at), 1 << random.nextInt(5));
        switch (length) {
            case 1 -> chain.writeByte(at, answer.get(at));
            case 2 -> chain.writeShort(at, answer.getShort(at));
            case 4 -> chain.writeInt(at, answer.getInt(at));
            case 8 -> chain.writeLong(at, answer.getLong(at));
            default -> {
                chain.zero(at, length);
                chain.visitWritable(
                        at, length, (piece, offset) -> piece.put(answer.slice(at + (int) offset, piece.remaining())));
            }
        }
        return length;
    }

    private void complete(Message message, long usedLength) throws AccessFault {
        assertThat(usedLength).isEqualTo(message.written);
        int offset = 0;
        for (int i = message.readable; i < message.pieces.length / 2; i++) {
            int length = (int) message.pieces[2 * i + 1];
            assertThat(rig.copy(message.pieces[2 * i], length))
                    .isEqualTo(ByteBuffer.wrap(message.answer, offset, length));
            offset += length;
        }
        freeArenas.add(message.arena);
        completed++;
    }

    private static byte[] bytes(Random random) {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        return bytes;
    }
}
