// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viommu.virtqueue.RingFeatures;

/** A device that is moved to a fresh instance again and again while its driver keeps it busy. */
class TrafficSaveTest {
    private static final int ROUNDS = 400;

    private final EchoTraffic traffic = new EchoTraffic(5);
    private EchoType type;
    private VirtioDevice device;

    private InProcessTransport open() {
        type = EchoType.of(RingFeatures.SUPPORTED | RingFeatures.OPTIONAL, 16, 8);
        device = new VirtioDevice("test/echo", type, traffic.platform());
        return new InProcessTransport(device);
    }

    @ParameterizedTest
    @CsvSource({"0x100000000", "0x120000000", "0x900000000", "0x500000000", "0x520000000", "0xd20000000"})
    void no_buffer_is_lost_or_repeated(String features) throws Exception {
        InProcessTransport transport = open();
        traffic.start(transport, Long.decode(features));
        Random random = new Random(7);
        long served = 0;
        int moves = 0;
        for (int round = 0; round < ROUNDS; round++) {
            traffic.step(transport);
            if (random.nextInt(4) == 0) {
                device.pause();
                DeviceState state = device.save();
                ByteBuffer bytes = ByteBuffer.allocate(state.bytes());
                state.write(bytes);
                served += type.served;
                device.close();
                transport = open();
                device.pause();
                device.restore(DeviceState.read(bytes.flip()));
                device.resume();
                moves++;
            }
        }
        traffic.drain();
        device.pause();
        assertThat(served + type.served).isEqualTo(traffic.sent());
        assertThat(moves).isGreaterThan(50);
        device.close();
    }
}
