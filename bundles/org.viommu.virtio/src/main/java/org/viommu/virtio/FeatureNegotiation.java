// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.viommu.virtqueue.RingFeatures;

/**
 * What a device offers, what its driver has chosen, and what both have agreed on (virtio 1.4, 2.2).
 *
 * <p>Confined like the device's registers, but for {@link #offered()} and {@link #accepted()}.
 */
final class FeatureNegotiation {
    private final String name;
    private final DeviceType type;

    /** What a driver cannot do without. */
    private final long required;

    private volatile long offered;
    private volatile long accepted;
    private long chosen;

    /** One bit for each feature word from the third on in which the driver has chosen something. */
    private long chosenBeyond;

    /**
     * Begins with nothing chosen.
     *
     * @param name of the device
     * @throws IllegalArgumentException if the type offers a feature that is none of its own and none of the rings
     */
    FeatureNegotiation(String name, DeviceType type, MemoryPlatform platform) {
        this.name = name;
        this.type = type;
        long foreign = type.features() & ~(VirtioFeatures.DEVICE_TYPE | RingFeatures.SUPPORTED | RingFeatures.OPTIONAL);
        if (foreign != 0) {
            throw new IllegalArgumentException("device type %d offers features 0x%x, which are not for it to offer"
                    .formatted(type.deviceId(), foreign));
        }
        required = VirtioFeatures.VERSION_1 | (platform.translates() ? VirtioFeatures.ACCESS_PLATFORM : 0);
        offered = required | type.features();
    }

    void offer(long features) {
        if ((features & ~VirtioFeatures.TRANSPORT) != 0) {
            throw new IllegalArgumentException("a transport of %s offers features 0x%x, which are not for it to offer"
                    .formatted(name, features & ~VirtioFeatures.TRANSPORT));
        }
        offered |= features;
    }

    long offered() {
        return offered;
    }

    /** What the driver has chosen, whether the device agrees or not. */
    long chosen() {
        return chosen;
    }

    long chosenBeyond() {
        return chosenBeyond;
    }

    /** What both sides have agreed on; 0 before. */
    long accepted() {
        return accepted;
    }

    boolean accepted(long feature) {
        return (accepted & feature) != 0;
    }

    /** Notes a part of the driver's choice, unless both have agreed already. */
    void choose(int word, int features) {
        if (accepted != 0) {
            return;
        }
        if (word == 0) {
            chosen = chosen & -1L << Integer.SIZE | Integer.toUnsignedLong(features);
        } else if (word == 1) {
            chosen = (long) features << Integer.SIZE | Integer.toUnsignedLong((int) chosen);
        } else if (word > 0 && word < Long.SIZE) {
            chosenBeyond = chosenBeyond & ~(1L << word) | (features != 0 ? 1L << word : 0);
        }
    }

    /** Agrees to the driver's choice if it is acceptable; returns whether it is. */
    boolean agree() {
        boolean acceptable = acceptable(chosen, chosenBeyond);
        accepted = acceptable ? chosen : 0;
        return acceptable;
    }

    private boolean acceptable(long choice, long beyond) {
        return beyond == 0 && (choice & ~offered) == 0 && (choice & required) == required && type.accepts(choice);
    }

    /**
     * Checks that both could have agreed to a choice.
     *
     * @throws IllegalArgumentException if they could not
     */
    void checkFit(long choice, long beyond) {
        if (!acceptable(choice, beyond)) {
            throw new IllegalArgumentException(
                    "%s, which offers features 0x%x, does not accept 0x%x".formatted(name, offered, choice));
        }
    }

    /** What an operator sees, in the order of the bits. */
    List<FeatureView> view() {
        return IntStream.range(0, Long.SIZE)
                .filter(bit -> ((offered | chosen) & 1L << bit) != 0)
                .mapToObj(this::view)
                .toList();
    }

    private FeatureView view(int bit) {
        long mask = 1L << bit;
        String known = Stream.of(RingFeatures.NAMES, VirtioFeatures.NAMES, type.featureNames())
                .filter(names -> names.containsKey(mask))
                .map(names -> names.get(mask))
                .findFirst()
                .orElse("");
        return new FeatureView(bit, known, (offered & mask) != 0, (chosen & mask) != 0, accepted(mask));
    }

    void reset() {
        restore(0, 0, false);
    }

    /** Takes over a choice, to which both have agreed or not. */
    void restore(long choice, long beyond, boolean agreed) {
        chosen = choice;
        chosenBeyond = beyond;
        accepted = agreed ? choice : 0;
    }
}
