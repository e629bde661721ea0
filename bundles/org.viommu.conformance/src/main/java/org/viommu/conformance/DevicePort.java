// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * A virtio-iommu as the checks see it: all that they do with a device goes through here. {@link RingPort} implements it
 * for everything that has a {@link org.viommu.virtio.DriverTransport} and memory; who can reach a device in other ways
 * implements it.
 *
 * <p>What a port cannot do it says (an empty list of endpoints for DMA, no system reset): checks that need it are then
 * reported as not observable. Used by one thread. A port whose way to the device breaks throws {@link
 * java.io.UncheckedIOException}.
 */
@ConsumerType
public interface DevicePort {
    /** The byte that fills the writable part of each request and each event buffer before the device sees it. */
    byte FILL = (byte) 0xee;

    /**
     * What is examined, for the heading of a report.
     *
     * @return for example {@code vm/iommu0 over PCI}
     */
    String name();

    /**
     * The features that the device offers.
     *
     * @return one bit for each feature, whoever defines it
     */
    long offeredFeatures();

    /**
     * Resets the device and begins anew as its driver, up to DRIVER_OK, with empty queues.
     *
     * @param features of {@link org.viommu.virtio.iommu.IommuFeatures} to accept; the port adds what its transport and
     *     its rings need
     * @return whether the device accepts them
     */
    boolean start(long features);

    /** Resets the device, and waits until that is done. Nothing but {@link #start} brings it back. */
    void reset();

    /**
     * Resets the machine around the device, as a power cycle does. {@link #start} brings the device back.
     *
     * @return false if this port cannot do that, and has not
     */
    boolean systemReset();

    /**
     * Reads a field of the configuration space, also before {@link #start}.
     *
     * @param offset of its first byte
     * @param size 1, 2, 4 or 8 bytes
     * @return the value, zero-extended
     */
    long readConfig(int offset, int size);

    /**
     * Writes a field of the configuration space.
     *
     * @param offset of its first byte
     * @param size 1, 2 or 4 bytes
     * @param value of which the low bytes are written
     */
    void writeConfig(int offset, int size, long value);

    /**
     * Sends a request and waits for the device to give it back.
     *
     * @param readable the device-readable part
     * @param writable length of the device-writable part, at least 0; it is filled with {@link #FILL}
     * @param cut longest piece into which both parts are cut, one descriptor each, at least 1
     * @return the answer; {@link Answer#NONE} if the device does not give the request back
     */
    Answer send(byte[] readable, int writable, int cut);

    /**
     * Gives the device a buffer for a fault report, without a kick.
     *
     * @param length 1 to 64 bytes, filled with {@link #FILL}
     */
    void offerEvent(int length);

    /**
     * Waits for the device to give back the next event buffer.
     *
     * @return the buffer; empty if it does not, within a time that is plenty for this device
     */
    Optional<Answer> nextEvent();

    /**
     * The endpoints behind the device.
     *
     * @return their IDs, unsigned; at least one
     */
    List<Integer> endpoints();

    /**
     * An endpoint that does not exist.
     *
     * @return its ID, unsigned
     */
    int absentEndpoint();

    /**
     * The endpoints that {@link #read} and {@link #write} can make access memory.
     *
     * @return some of {@link #endpoints()}; none if this port cannot do that
     */
    List<Integer> dmaEndpoints();

    /**
     * Has an endpoint read memory.
     *
     * @param endpoint one of {@link #dmaEndpoints()}
     * @param address first I/O virtual address, unsigned
     * @param target receives what was read; its length is 1 to 256
     * @return whether the access was let through; if not, the content of the target has no meaning
     */
    boolean read(int endpoint, long address, byte[] target);

    /**
     * Has an endpoint write memory.
     *
     * @param endpoint one of {@link #dmaEndpoints()}
     * @param address first I/O virtual address, unsigned
     * @param source 1 to 256 bytes
     * @return whether the access was let through
     */
    boolean write(int endpoint, long address, byte... source);

    /**
     * Guest memory that is the checks' own: where their DMA ends.
     *
     * @return at least 8 MiB that nothing else uses, below 4 GiB
     */
    Arena arena();

    /**
     * Reads guest memory, without the IOMMU.
     *
     * @param address guest-physical, in the arena
     * @param target is filled
     */
    void peek(long address, byte[] target);

    /**
     * Writes guest memory, without the IOMMU.
     *
     * @param address guest-physical, in the arena
     * @param source what to write
     */
    void poke(long address, byte... source);
}
