// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.virtio;

import java.nio.ByteBuffer;
import java.util.List;
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
    private final FeatureNegotiation features;
    private final DeviceQueues queues;
    private final ChainCounters chains;
    private final DeviceFaults faults = new DeviceFaults();

    private volatile DeviceInterrupts interrupts = DeviceInterrupts.NONE;
    private volatile int status;
    private volatile ActiveDevice active;

    /** What is added to the type's generation, so that it goes on where a driver has seen it. */
    private volatile int generationShift;

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
        this.features = new FeatureNegotiation(name, type, platform);
        this.queues = new DeviceQueues(type);
        this.chains = new ChainCounters(queues.registers().size());
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
     * What an operator sees of the device. Neither stops nor slows it. To be called like a register's access: by the
     * transport's thread, or while that does nothing.
     *
     * @return its state at this moment
     */
    public synchronized DeviceView view() {
        ActiveDevice current = active;
        Breakdown breakdown = current != null && current.broken() ? faults.last() : Breakdown.NONE;
        return new DeviceView(
                deviceId(),
                status(),
                features.view(),
                breakdown.reason(),
                queues.view(queue -> current == null ? null : current.progress(queue), chains, breakdown));
    }

    /**
     * The registers of the queues.
     *
     * @return an immutable list, by index
     */
    public List<QueueRegisters> queues() {
        return queues.registers();
    }

    /**
     * Adds what the transport can do to the device's offer, before a driver sees it.
     *
     * @param features bits of {@link VirtioFeatures#TRANSPORT}
     * @throws IllegalArgumentException for other bits
     */
    public void offer(long features) {
        this.features.offer(features);
    }

    /**
     * The features that the device offers.
     *
     * @return one bit for each feature; the same at each call once a transport is in front of the device
     */
    public long offeredFeatures() {
        return features.offered();
    }

    /**
     * What the driver has written as its choice, whether the device agrees or not.
     *
     * @return one bit for each feature; 0 after a reset
     */
    public long driverFeatures() {
        return features.chosen();
    }

    /**
     * What both sides have agreed on.
     *
     * @return one bit for each feature; 0 while FEATURES_OK is not set
     */
    public long acceptedFeatures() {
        return features.accepted();
    }

    /**
     * Writes a part of the driver's choice. Ignored once FEATURES_OK is set.
     *
     * @param word which 32 features, unsigned: 0 for bits 0 to 31, and so on
     * @param features one bit for each of them
     */
    public void setDriverFeatures(int word, int features) {
        this.features.choose(word, features);
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
        if ((added & DeviceStatus.FEATURES_OK) != 0 && features.agree()) {
            status |= DeviceStatus.FEATURES_OK;
        }
        if ((added & DeviceStatus.DRIVER_OK) != 0 && (status & DeviceStatus.FEATURES_OK) != 0 && !closed) {
            status |= DeviceStatus.DRIVER_OK;
            active = active(queues.seal(), false);
            active.activate();
        }
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
        if (registers.enable(features.accepted(RingFeatures.PACKED)) && active != null) {
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
        if (!features.accepted(VirtioFeatures.RING_RESET)) {
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
        queues.reset();
        features.reset();
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

    /**
     * Saves the device, be it in the middle of traffic: what has been made available and not been used when it came to
     * rest is left for whoever goes on. It stays usable.
     *
     * @return its state
     * @throws IllegalStateException if it is not {@linkplain #pause() paused}, or its type holds chains of a queue
     */
    public synchronized DeviceState save() {
        if (!paused) {
            throw new IllegalStateException(name + " must be paused before it is saved");
        }
        ActiveDevice current = active;
        return new DeviceState(
                deviceId(),
                status(),
                features.chosen(),
                features.chosenBeyond(),
                configGeneration(),
                queues.save(queue -> current == null ? null : current.position(queue)),
                ByteBuffer.wrap(type.saveState()));
    }

    /**
     * Goes on where another instance stood, which does not go on itself; from {@link #resume()} on. The memory holds
     * what it held when the state was saved. Each queue is then served once, and its driver interrupted once, in case
     * that it has missed something.
     *
     * @param state what {@link #save()} gave
     * @throws IllegalArgumentException if this device cannot come to stand so; nothing has changed then
     * @throws IllegalStateException if the device is closed, not {@linkplain #pause() paused}, or not as after a reset
     */
    public synchronized void restore(DeviceState state) {
        if (!paused || closed || status != 0) {
            throw new IllegalStateException(
                    "%s must be reset and paused, and not closed, before it is restored".formatted(name));
        }
        checkFit(state);
        byte[] typeState = new byte[state.typeState().remaining()];
        state.typeState().get(typeState);
        type.restoreState(typeState);
        generationShift = state.configGeneration() - config.generation();
        features.restore(state.driverFeatures(), state.featuresBeyond(), state.has(DeviceStatus.FEATURES_OK));
        status = state.status() & ~DeviceStatus.NEEDS_RESET;
        QueueSetup[] setups = queues.restore(state.queues());
        if (state.has(DeviceStatus.DRIVER_OK)) {
            active = active(setups, true);
            active.goOn(state.has(DeviceStatus.NEEDS_RESET));
        }
    }

    private void checkFit(DeviceState state) {
        if (state.deviceId() != deviceId()) {
            throw new IllegalArgumentException(
                    "the state is of a device %d, but %s is a %d".formatted(state.deviceId(), name, deviceId()));
        }
        boolean agreed = state.has(DeviceStatus.FEATURES_OK);
        if (agreed) {
            features.checkFit(state.driverFeatures(), state.featuresBeyond());
        }
        queues.checkFit(state.queues(), agreed && (state.driverFeatures() & RingFeatures.PACKED) != 0);
    }

    private ActiveDevice active(QueueSetup[] setups, boolean goesOn) {
        return new ActiveDevice(this, type, platform, features.accepted(), setups, chains, goesOn, paused);
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
            config.write(offset, value, features.accepted());
        }
    }

    /**
     * Changes whenever reads of the configuration space before and after could be of different states.
     *
     * @return 0 to 255
     */
    public int configGeneration() {
        return config.generation() + generationShift & 0xff;
    }

    DeviceInterrupts interrupts() {
        return interrupts;
    }
}
