// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.QueueProgress;
import org.viommu.virtqueue.QueueState;

/** The registers of all queues of a device together. Confined like them. */
final class DeviceQueues {
    private final List<QueueRegisters> registers;

    /**
     * Makes registers for the queues of a type.
     *
     * @throws IllegalArgumentException if it has no queue, more than {@link VirtioDevice#MAX_QUEUES}, or one whose size
     *     is not allowed
     */
    DeviceQueues(DeviceType type) {
        int[] sizes = type.queueSizes();
        if (sizes.length < 1 || sizes.length > VirtioDevice.MAX_QUEUES) {
            throw new IllegalArgumentException("device type %d has %d queues, which is not in 1..%d"
                    .formatted(type.deviceId(), sizes.length, VirtioDevice.MAX_QUEUES));
        }
        for (int size : sizes) {
            if (size < 1 || size > QueueAddresses.MAX_SIZE || Integer.bitCount(size) != 1) {
                throw new IllegalArgumentException(
                        "device type %d has a queue of %d entries; it must be a power of two up to %d"
                                .formatted(type.deviceId(), size, QueueAddresses.MAX_SIZE));
            }
        }
        registers = Arrays.stream(sizes).mapToObj(QueueRegisters::new).toList();
    }

    List<QueueRegisters> registers() {
        return registers;
    }

    QueueRegisters get(int queue) {
        return registers.get(queue);
    }

    /** The device begins to work with what is enabled now. */
    QueueSetup[] seal() {
        registers.forEach(QueueRegisters::seal);
        return setups(queue -> null);
    }

    private QueueSetup[] setups(IntFunction<QueueState> positions) {
        return IntStream.range(0, registers.size())
                .mapToObj(i -> get(i).setup(positions.apply(i)))
                .toArray(QueueSetup[]::new);
    }

    void reset() {
        registers.forEach(QueueRegisters::unseal);
        registers.forEach(QueueRegisters::reset);
    }

    /**
     * What the registers hold.
     *
     * @param positions where each queue stands; null for one that has not been used
     */
    List<SavedQueue> save(IntFunction<QueueState> positions) {
        return IntStream.range(0, registers.size())
                .mapToObj(i -> get(i).save(positions.apply(i)))
                .toList();
    }

    /**
     * What an operator sees of the queues.
     *
     * @param progress of each queue; null for one that is not in use
     * @param chains that the device has taken from them
     */
    List<QueueView> view(IntFunction<QueueProgress> progress, ChainCounters chains, Breakdown breakdown) {
        return IntStream.range(0, registers.size())
                .mapToObj(i -> get(i).view(i, progress.apply(i), chains.taken(i), breakdown.of(i)))
                .toList();
    }

    /**
     * Checks that the registers can hold what was saved.
     *
     * @param packed whether the rings are packed
     * @throws IllegalArgumentException if they cannot
     */
    void checkFit(List<SavedQueue> saved, boolean packed) {
        if (saved.size() != registers.size()) {
            throw new IllegalArgumentException(
                    "device state has %d queues, the device has %d".formatted(saved.size(), registers.size()));
        }
        for (int i = 0; i < saved.size(); i++) {
            SavedQueue queue = saved.get(i);
            boolean allowed = !queue.enabled() || get(i).allows(queue.size(), packed);
            if (!allowed
                    || queue.position()
                            .filter(position -> position.packed() != packed)
                            .isPresent()) {
                throw new IllegalArgumentException("queue %d of at most %d entries, %s, cannot be %s"
                        .formatted(i, get(i).maxSize(), packed ? "packed" : "split", queue));
            }
        }
    }

    /** Takes over what was saved and fits; returns how a device that is at work can use the queues. */
    QueueSetup[] restore(List<SavedQueue> saved) {
        for (int i = 0; i < saved.size(); i++) {
            get(i).restore(saved.get(i));
        }
        return setups(i -> saved.get(i).position().orElse(null));
    }
}
