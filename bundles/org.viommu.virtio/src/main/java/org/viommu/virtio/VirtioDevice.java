// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.util.Arrays;
import java.util.List;
import org.viommu.virtqueue.QueueAddresses;
import org.viommu.virtqueue.RingFeatures;

/**
 * A virtio device as transports drive it (virtio 1.4, chapters 2 and 3): status, features, queues, configuration space
 * and reset, in front of a {@link DeviceType}.
 *
 * <p>While the driver has DRIVER_OK set, one thread of the device's own works for it; it ends with the reset. A ring
 * that breaks the rules, or a defect of the type, makes this device need a reset and touches no other.
 *
 * <p><b>Threads.</b> Registers (features, status writes, {@link #queues()}) belong to one thread at a time, that of the
 * transport. {@link #status()}, {@link #kick}, {@link #reset}, {@link #pause}, {@link #resume}, {@link #close} and the
 * configuration space may be used by any thread. The device's own must not call what waits for it: a status write, a
 * reset, {@link #pause}, {@link #close} or {@link #disableQueue}.
 */
public final class VirtioDevice implements AutoCloseable {
    /** Most queues that a device can have. */
    public static final int MAX_QUEUES = 64;

    private static final int WRITABLE_STATUS = DeviceStatus.ACKNOWLEDGE | DeviceStatus.DRIVER | DeviceStatus.FAILED;

    private final String name;
    private final DeviceType type;
    private final MemoryPlatform platform;
    private final DeviceConfig config;
    private final long required;
    private final List<QueueRegisters> queues;
    private final DeviceFaults faults = new DeviceFaults();

    private volatile long offered;
    private volatile DeviceInterrupts interrupts = DeviceInterrupts.NONE;
    private volatile int status;
    private volatile long accepted;
    private volatile ActiveDevice active;

    private long driverFeatures;

    /** One bit for each feature word from the third on in which the driver has accepted something. */
    private long acceptedBeyond;

    private boolean paused;
    private boolean closed;

    /**
     * Puts a device in front of a type.
     *
     * @param name for logs and thread names, unique in the process, for example {@code vm1/iommu0}
     * @param type what the device is; no other device uses it
     * @param platform the way to the driver's memory
     * @throws IllegalArgumentException if the type offers a feature that is none of its own and none of the rings, or
     *     has no queue, more than {@link #MAX_QUEUES}, or one whose size is not allowed
     */
    public VirtioDevice(String name, DeviceType type, MemoryPlatform platform) {
        this.name = name;
        this.type = type;
        this.platform = platform;
        this.config = type.config();
        this.required = VirtioFeatures.VERSION_1 | (platform.translates() ? VirtioFeatures.ACCESS_PLATFORM : 0);
        this.offered = required | checkedFeatures(type);
        this.queues = checkedQueues(type);
    }

    private static long checkedFeatures(DeviceType type) {
        long foreign = type.features() & ~(VirtioFeatures.DEVICE_TYPE | RingFeatures.SUPPORTED | RingFeatures.OPTIONAL);
        if (foreign != 0) {
            throw new IllegalArgumentException("device type %d offers features 0x%x, which are not for it to offer"
                    .formatted(type.deviceId(), foreign));
        }
        return type.features();
    }

    private static List<QueueRegisters> checkedQueues(DeviceType type) {
        int[] sizes = type.queueSizes();
        if (sizes.length < 1 || sizes.length > MAX_QUEUES) {
            throw new IllegalArgumentException("device type %d has %d queues, which is not in 1..%d"
                    .formatted(type.deviceId(), sizes.length, MAX_QUEUES));
        }
        for (int size : sizes) {
            if (size < 1 || size > QueueAddresses.MAX_SIZE || Integer.bitCount(size) != 1) {
                throw new IllegalArgumentException(
                        "device type %d has a queue of %d entries; it must be a power of two up to %d"
                                .formatted(type.deviceId(), size, QueueAddresses.MAX_SIZE));
            }
        }
        return Arrays.stream(sizes).mapToObj(QueueRegisters::new).toList();
    }

    /**
     * The device's name.
     *
     * @return unique in the process
     */
    public String name() {
        return name;
    }

    /**
     * The device ID of virtio 1.4, chapter 5.
     *
     * @return for example 23 for an IOMMU
     */
    public int deviceId() {
        return type.deviceId();
    }

    /**
     * Says where interrupts go from now on. There are none before DRIVER_OK and none after a reset.
     *
     * @param interrupts the transport's side
     */
    public void connect(DeviceInterrupts interrupts) {
        this.interrupts = interrupts;
    }

    /**
     * Why this device has needed resets.
     *
     * @return the same object at each call
     */
    public DeviceFaults faults() {
        return faults;
    }

    /**
     * The registers of the queues.
     *
     * @return an immutable list, by index
     */
    public List<QueueRegisters> queues() {
        return queues;
    }

    /**
     * Adds what the transport can do to the device's offer, before a driver sees it.
     *
     * @param features bits of {@link VirtioFeatures#TRANSPORT}
     * @throws IllegalArgumentException for other bits
     */
    public void offer(long features) {
        if ((features & ~VirtioFeatures.TRANSPORT) != 0) {
            throw new IllegalArgumentException("a transport of %s offers features 0x%x, which are not for it to offer"
                    .formatted(name, features & ~VirtioFeatures.TRANSPORT));
        }
        offered |= features;
    }

    /**
     * The features that the device offers.
     *
     * @return one bit for each feature; the same at each call once a transport is in front of the device
     */
    public long offeredFeatures() {
        return offered;
    }

    /**
     * What the driver has written as its choice, whether the device agrees or not.
     *
     * @return one bit for each feature; 0 after a reset
     */
    public long driverFeatures() {
        return driverFeatures;
    }

    /**
     * What both sides have agreed on.
     *
     * @return one bit for each feature; 0 while FEATURES_OK is not set
     */
    public long acceptedFeatures() {
        return accepted;
    }

    /**
     * Writes a part of the driver's choice. Ignored once FEATURES_OK is set.
     *
     * @param word which 32 features, unsigned: 0 for bits 0 to 31, and so on
     * @param features one bit for each of them
     */
    public void setDriverFeatures(int word, int features) {
        if ((status & DeviceStatus.FEATURES_OK) != 0) {
            return;
        }
        if (word == 0) {
            driverFeatures = driverFeatures & -1L << Integer.SIZE | Integer.toUnsignedLong(features);
        } else if (word == 1) {
            driverFeatures = (long) features << Integer.SIZE | Integer.toUnsignedLong((int) driverFeatures);
        } else if (word > 0 && word < Long.SIZE) {
            acceptedBeyond = acceptedBeyond & ~(1L << word) | (features != 0 ? 1L << word : 0);
        }
    }

    /**
     * The device status.
     *
     * @return bits of {@link DeviceStatus}
     */
    public int status() {
        ActiveDevice current = active;
        return status | (current != null && current.broken() ? DeviceStatus.NEEDS_RESET : 0);
    }

    /**
     * Writes the device status (virtio 1.4, 2.1 and 3.1.1). Bits can be added; only a reset clears them. FEATURES_OK is
     * refused if the driver's choice is not acceptable, DRIVER_OK without FEATURES_OK; {@link #status()} shows it.
     *
     * @param value bits of {@link DeviceStatus}; 0 for a {@link #reset()}
     */
    public synchronized void setStatus(int value) {
        if (value == 0) {
            reset();
            return;
        }
        int added = value & ~status;
        status |= added & WRITABLE_STATUS;
        if ((added & DeviceStatus.FEATURES_OK) != 0 && acceptable()) {
            accepted = driverFeatures;
            status |= DeviceStatus.FEATURES_OK;
        }
        if ((added & DeviceStatus.DRIVER_OK) != 0 && (status & DeviceStatus.FEATURES_OK) != 0 && !closed) {
            status |= DeviceStatus.DRIVER_OK;
            activate();
        }
    }

    private boolean acceptable() {
        return acceptedBeyond == 0
                && (driverFeatures & ~offered) == 0
                && (driverFeatures & required) == required
                && type.accepts(driverFeatures);
    }

    private void activate() {
        queues.forEach(QueueRegisters::seal);
        QueueAddresses[] addresses =
                queues.stream().map(QueueRegisters::addresses).toArray(QueueAddresses[]::new);
        ActiveDevice next = new ActiveDevice(this, type, platform, accepted, addresses, paused);
        active = next;
        next.activate();
    }

    /**
     * Enables a queue, with what is in its registers. Refused, as {@link QueueRegisters#enabled()} then shows, for a
     * size above the largest one, for one that is no power of two unless RING_PACKED has been accepted, and once the
     * driver has set DRIVER_OK, except for a queue that it has disabled or reset since. Addresses are judged when the
     * device begins to use the queue, by the layout that was negotiated; bad ones make it need a reset.
     *
     * @param queue index of the queue, 0 to {@code queues().size() - 1}
     */
    public synchronized void enableQueue(int queue) {
        QueueRegisters registers = queues.get(queue);
        if (registers.enable((accepted & RingFeatures.PACKED) != 0) && active != null) {
            active.enableQueue(queue, registers.addresses());
        }
    }

    /**
     * Disables a queue; the others go on. Returns when nothing uses the queue any more. Its registers keep what the
     * driver has written, and it can be set up and enabled again, as a fresh one.
     *
     * @param queue index of the queue, 0 to {@code queues().size() - 1}
     */
    public synchronized void disableQueue(int queue) {
        QueueRegisters registers = queues.get(queue);
        if (!registers.enabled()) {
            return;
        }
        if (active != null) {
            active.pause();
            active.disableQueue(queue);
            if (!paused) {
                active.resume();
            }
        }
        registers.disable();
    }

    /**
     * Resets a queue (virtio 1.4, 2.6.1): disables it and returns its registers to their beginning. Ignored unless
     * RING_RESET has been accepted.
     *
     * @param queue index of the queue, 0 to {@code queues().size() - 1}
     * @return whether the queue has been reset
     */
    public synchronized boolean resetQueue(int queue) {
        if ((accepted & VirtioFeatures.RING_RESET) == 0) {
            return false;
        }
        disableQueue(queue);
        queues.get(queue).reset();
        return true;
    }

    /** Resets the device. Returns when nothing uses the driver's memory or sends interrupts any more. */
    public synchronized void reset() {
        ActiveDevice last = active;
        if (last != null) {
            last.stop();
            active = null;
        }
        queues.forEach(QueueRegisters::unseal);
        queues.forEach(QueueRegisters::reset);
        driverFeatures = 0;
        acceptedBeyond = 0;
        accepted = 0;
        status = 0;
    }

    /**
     * Resets the device because its whole machine is reset: what survives {@link #reset()} returns to its beginning.
     */
    public synchronized void systemReset() {
        reset();
        type.systemReset();
    }

    /**
     * Makes the device stand still, also one that becomes active later, as a platform does that withdraws its access to
     * memory. Returns when nothing uses the driver's memory any more. Registers stay usable.
     */
    public synchronized void pause() {
        paused = true;
        if (active != null) {
            active.pause();
        }
    }

    /** Lets the device go on after {@link #pause()}; each queue is served once. */
    public synchronized void resume() {
        paused = false;
        if (active != null) {
            active.resume();
        }
    }

    /** Resets the device and never lets it become active again. Idempotent. */
    @Override
    public synchronized void close() {
        closed = true;
        reset();
    }

    /**
     * Takes an available buffer notification. Allocates nothing and never waits; ignored before DRIVER_OK and for a
     * queue that is not enabled.
     *
     * @param queue index of the queue; any value
     */
    public void kick(int queue) {
        ActiveDevice current = active;
        if (current != null) {
            current.wake(queue);
        }
    }

    /**
     * Size of the device-specific configuration space.
     *
     * @return bytes
     */
    public int configLength() {
        return config.length();
    }

    /**
     * Reads a byte of the device-specific configuration space.
     *
     * @param offset any value; 0 is read outside of the space
     * @return the byte, 0 to 255
     */
    public int readConfig(int offset) {
        return offset >= 0 && offset < config.length() ? config.read(offset) : 0;
    }

    /**
     * Writes a byte of the device-specific configuration space. What the driver may not write is ignored.
     *
     * @param offset any value; ignored outside of the space
     * @param value the byte, 0 to 255
     */
    public void writeConfig(int offset, int value) {
        if (offset >= 0 && offset < config.length()) {
            config.write(offset, value, accepted);
        }
    }

    /**
     * Changes whenever reads of the configuration space before and after could be of different states.
     *
     * @return 0 to 255
     */
    public int configGeneration() {
        return config.generation();
    }

    DeviceInterrupts interrupts() {
        return interrupts;
    }
}
