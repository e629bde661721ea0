// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci;

import java.nio.ByteBuffer;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;
import org.viommu.memory.GuestMemory;

/**
 * A PCI function as its host sees it: what a VMM's bus shows to the guest. Registered as a service; a host picks up the
 * functions that carry its property, for example {@link #VFIO_USER_SOCKET}.
 *
 * <p>Accesses come from one thread at a time. An access of any offset and size is answered: what lies outside of the
 * function reads as zero and ignores writes.
 */
@ProviderType
public interface PciFunction {
    /** Service property: path of the UNIX socket on which a vfio-user host offers the function. */
    String VFIO_USER_SOCKET = "viommu.vfiouser.socket";

    /**
     * Name for logs, unique in the process, for example {@code vm1/iommu0}.
     *
     * @return the name
     */
    String name();

    /**
     * Size of the configuration space.
     *
     * @return 256 or 4096 bytes
     */
    int configSize();

    /**
     * Reads configuration space.
     *
     * @param offset of the first byte
     * @param target receives {@code target.remaining()} bytes
     */
    void readConfig(int offset, ByteBuffer target);

    /**
     * Writes configuration space.
     *
     * @param offset of the first byte
     * @param source gives {@code source.remaining()} bytes
     */
    void writeConfig(int offset, ByteBuffer source);

    /**
     * The memory BARs that exist.
     *
     * @return in ascending order of index
     */
    List<PciBar> bars();

    /**
     * Reads a BAR.
     *
     * @param bar index of the BAR, 0 to 5
     * @param offset of the first byte
     * @param target receives {@code target.remaining()} bytes
     */
    void readBar(int bar, long offset, ByteBuffer target);

    /**
     * Writes a BAR.
     *
     * @param bar index of the BAR, 0 to 5
     * @param offset of the first byte
     * @param source gives {@code source.remaining()} bytes
     */
    void writeBar(int bar, long offset, ByteBuffer source);

    /**
     * Number of MSI-X vectors.
     *
     * @return 1 to 2048
     */
    int msixVectors();

    /**
     * Says where interrupts go from now on.
     *
     * @param interrupts the host's side; {@link PciInterrupts#NONE} when the host is gone
     */
    void connect(PciInterrupts interrupts);

    /**
     * The guest memory that the function's DMA reaches. The host fills it with the regions that its VMM gives, and
     * empties it when the VMM is gone.
     *
     * @return the same object at each call
     */
    GuestMemory memory();

    /**
     * Makes the function stand still, for example while its host changes {@link #memory()} in several steps and what lies between must not be seen. Registers
     * stay usable, and notifications are not lost. Returns when the device has stopped using memory. Does not nest.
     */
    void suspend();

    /** Lets the function go on after {@link #suspend()}. */
    void resume();

    /**
     * Saves the function: its registers, the device behind them and its queues, be they in the middle of traffic. It
     * stays usable.
     *
     * @return a versioned state for {@link #restore}
     * @throws IllegalStateException if the function is not {@linkplain #suspend() suspended}
     */
    byte[] save();

    /**
     * Goes on where another function stood, which does not go on itself; from {@link #resume()} on. The guest's memory
     * holds what it held when the state was saved.
     *
     * @param state what {@link #save()} gave
     * @throws IllegalArgumentException if this function cannot come to stand so; nothing has changed then
     * @throws IllegalStateException if the function is not {@linkplain #suspend() suspended}, or not as after a
     *     {@linkplain #reset() reset}
     */
    void restore(byte[] state);

    /** Resets the function as a reset of the whole machine does. Returns when the device has stopped using memory. */
    void reset();
}
