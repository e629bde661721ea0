// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.viommu.machine.SavedFunction;
import org.viommu.machine.SavedMachine;
import org.viommu.memory.GuestMemory;
import org.viommu.transport.pci.FunctionPort;
import org.viommu.transport.pci.PciDriverTransport;
import org.viommu.transport.pci.PciInterrupts;
import org.viommu.transport.pci.PciPort;
import org.viommu.transport.pci.VirtioPciFunction;
import org.viommu.virtio.Await;
import org.viommu.virtio.EchoTraffic;
import org.viommu.virtio.EchoType;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;
import org.viommu.virtqueue.QueueProgress;
import org.viommu.virtqueue.RingFeatures;

/** Functions that are saved and restored together, while their guests go on. */
class StandstillTest {
    private static final int ROUNDS = 100;

    /** One function and its guest, who may get another one in its place. */
    private static final class Rig implements PciPort {
        final EchoTraffic traffic = new EchoTraffic(3);
        final String name;
        private PciInterrupts interrupts = PciInterrupts.NONE;
        EchoType type;
        HostedFunction hosted;
        private FunctionPort port;

        Rig(String name) {
            this.name = name;
            open(traffic.memory(), traffic.platform(), 16);
        }

        void open(GuestMemory memory, MemoryPlatform platform, int size) {
            type = EchoType.of(RingFeatures.SUPPORTED, size, 8);
            VirtioDevice device = new VirtioDevice("vm1/" + name, type, platform);
            hosted = new HostedFunction(
                    name,
                    false,
                    device,
                    new SharedFunction(device, new VirtioPciFunction("vm1/" + name, device, memory, 0)),
                    null);
        }

        void connect() {
            port = new FunctionPort(hosted.function(), 3);
        }

        PciDriverTransport start() throws Exception {
            connect();
            PciDriverTransport driver = PciDriverTransport.open(this);
            traffic.start(driver, 1L << 32 | RingFeatures.EVENT_IDX);
            return driver;
        }

        /** A fresh function takes the place of the present one, which ends. */
        void replace() {
            SharedFunction last = hosted.function();
            open(traffic.memory(), traffic.platform(), 16);
            hosted.function().connect(interrupts);
            last.reset();
            last.hold();
            port = null;
        }

        @Override
        public long readConfig(int offset, int size) {
            return port().readConfig(offset, size);
        }

        @Override
        public long readBar(int bar, long offset, int size) {
            return port().readBar(bar, offset, size);
        }

        @Override
        public void writeBar(int bar, long offset, int size, long value) {
            port().writeBar(bar, offset, size, value);
        }

        @Override
        public int connect(PciInterrupts next) {
            interrupts = next;
            return port().connect(next);
        }

        /** After a restoration the guest's bus goes on without making the function ready again. */
        private FunctionPort port() {
            if (port == null) {
                connect();
            }
            return port;
        }

        /** Where the queues stand; not whether their thread happens to watch them. */
        List<QueueProgress> progress() {
            return hosted.function().view().device().queues().stream()
                    .map(queue -> queue.progress().orElseThrow())
                    .map(it ->
                            new QueueProgress(it.packed(), it.available(), it.popped(), it.used(), it.inFlight(), true))
                    .toList();
        }
    }

    private final Rig first = new Rig("echo0");
    private final Rig second = new Rig("echo1");

    private SavedMachine save() {
        try (Standstill standstill = new Standstill(List.of(first.hosted, second.hosted))) {
            return SavedMachine.read(standstill.save("vm1").bytes());
        }
    }

    private void restore(SavedMachine saved) {
        try (Standstill standstill = new Standstill(List.of(first.hosted, second.hosted))) {
            standstill.restore(saved.functions());
        }
    }

    @Test
    void no_request_is_lost_or_repeated() throws Exception {
        PciDriverTransport one = first.start();
        PciDriverTransport two = second.start();
        Random random = new Random(9);
        long served = 0;
        for (int round = 0; round < ROUNDS; round++) {
            first.traffic.step(one);
            second.traffic.step(two);
            if (random.nextInt(4) == 0) {
                first.hosted.function().suspend();
                second.hosted.function().suspend();
                SavedMachine saved = save();
                served += first.type.served + second.type.served;
                first.replace();
                second.replace();
                restore(saved);
            }
        }
        first.traffic.drain();
        second.traffic.drain();
        first.hosted.function().suspend();
        second.hosted.function().suspend();
        served += first.type.served + second.type.served;
        assertThat(served).isEqualTo(first.traffic.sent() + second.traffic.sent());
    }

    @Test
    void queues_go_on_where_they_stood() throws Exception {
        PciDriverTransport driver = first.start();
        second.connect();
        for (int round = 0; round < ROUNDS; round++) {
            first.traffic.step(driver);
        }
        first.traffic.drain();
        first.hosted.function().suspend();
        List<QueueProgress> before = first.progress();
        SavedMachine saved = save();
        first.replace();
        second.replace();
        restore(saved);

        first.traffic.drain();
        assertThat(saved.functions()).extracting(SavedFunction::deviceId).containsOnly(EchoType.ID);
        Await.until(
                "the queues are used again",
                () -> first.hosted.function().view().device().queues().stream()
                        .allMatch(queue -> queue.progress().isPresent()));
        assertThat(first.progress()).isEqualTo(before);
    }

    @Test
    void a_host_that_has_suspended_a_function_finds_it_so_afterwards() throws Exception {
        PciDriverTransport driver = first.start();
        second.connect();
        first.hosted.function().suspend();
        save();
        first.traffic.step(driver);
        first.traffic.step(driver);
        assertThat(first.traffic.sent()).isPositive();
        assertThat(first.type.served).isZero();
        first.hosted.function().resume();
        first.traffic.drain();
    }

    @Test
    void if_one_function_cannot_go_on_none_does() throws Exception {
        first.start();
        second.start();
        SavedMachine saved = save();
        first.replace();
        second.replace();
        second.open(second.traffic.memory(), second.traffic.platform(), 4);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> restore(saved))
                .withMessageMatching(
                        "offset 0x[0-9a-f]+: vm1/echo1: queue 0 of at most 4 entries, split, cannot be .*");
        assertThat(first.hosted.function().isFresh()).isTrue();
        second.open(second.traffic.memory(), second.traffic.platform(), 16);
        restore(saved);
        assertThat(first.hosted.function().isFresh()).isFalse();
    }

    @Test
    void what_is_not_ready_is_named() throws Exception {
        first.start();
        second.start();
        SavedMachine saved = save();
        assertThatIllegalStateException()
                .isThrownBy(() -> restore(saved))
                .withMessageStartingWith("vm1/echo0 has a driver at work");
        first.replace();
        second.replace();
        second.open(new GuestMemory(), second.traffic.platform(), 16);
        assertThatIllegalStateException()
                .isThrownBy(() -> restore(saved))
                .withMessageStartingWith("vm1/echo1 has no guest memory yet");
        SavedMachine other = new SavedMachine(
                "vm1",
                saved.functions().stream()
                        .map(it -> new SavedFunction(it.name(), 4, 0x30, it.state()))
                        .toList());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> restore(other))
                .withMessage("offset 0x30: the state is of a device 4, but vm1/echo0 is a 63");
    }
}
