// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;
import org.viommu.memory.AccessGate;
import org.viommu.virtio.DeviceConfig;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;

/**
 * The configuration space (virtio 1.4, 5.13.4). All is fixed but the global bypass, which counts as soon as it is
 * offered, survives a reset of the device and returns to its configured value when the machine is reset.
 */
final class IommuConfigSpace implements DeviceConfig {
    /**
     * Larger pages that cost no more than small ones. The set is sparse, so that Linux does not cut buffers into powers
     * of two.
     */
    private static final long LARGE_PAGES = 1L << 21 | 1L << 30;

    private final ByteBuffer fields;

    /** Whether the space holds the global bypass; otherwise it follows what is negotiated. */
    private final boolean configurable;

    private volatile boolean bootBypass;
    private final AccessGate gate;
    private final Consumer<Boolean> onBypass;
    private final Trace trace;
    private volatile boolean bypass;
    private volatile int generation;

    /**
     * Fills the space.
     *
     * @param settings of the device
     * @param gate that accesses pass
     * @param onBypass told of each change of the global bypass by a driver or a reset of the machine
     * @param trace told of what drivers write
     */
    IommuConfigSpace(IommuSettings settings, AccessGate gate, Consumer<Boolean> onBypass, Trace trace) {
        Protocol protocol = settings.protocol();
        this.gate = gate;
        this.onBypass = onBypass;
        this.trace = trace;
        configurable = (protocol.features() & IommuFeatures.BYPASS_CONFIG) != 0;
        bootBypass(settings.bootBypass());
        bypass = bootBypass;
        fields = ByteBuffer.allocate(protocol.dialect().configSize()).order(ByteOrder.LITTLE_ENDIAN);
        fields.putLong(IommuConfigLayout.PAGE_SIZE_MASK, settings.granule() | LARGE_PAGES);
        fields.putLong(IommuConfigLayout.INPUT_RANGE_START, 0);
        fields.putLong(IommuConfigLayout.INPUT_RANGE_END, settings.inputEnd());
        protocol.dialect().describe(fields, protocol.domainEnd(), ReservedRegions.PROBE_SIZE);
    }

    /** Says whether unattached endpoints bypass when the machine is reset next. */
    void bootBypass(boolean configured) {
        bootBypass = configurable && configured;
    }

    /** Whether unattached endpoints bypass. */
    boolean bypass() {
        return bypass;
    }

    /** Brings back what the driver of another instance has written. */
    void restore(boolean value) {
        announce(value);
    }

    /** Undoes what the driver has written, when the machine is reset. */
    void restore() {
        announce(bootBypass);
    }

    /** Continues with the bypass of a former process. */
    void resume(boolean kept) {
        change(kept);
    }

    /**
     * Takes note of what a driver has negotiated, or that it is gone. Without BYPASS_CONFIG unattached endpoints bypass
     * while the superseded BYPASS is negotiated (virtio 1.4, 5.13.3).
     *
     * @param features that are accepted; 0 if there is no driver
     */
    void negotiated(long features) {
        if (!configurable) {
            change((features & IommuFeatures.BYPASS) != 0);
        }
    }

    @Override
    public int length() {
        return fields.capacity();
    }

    @Override
    public int read(int offset) {
        if (configurable && offset == IommuConfigLayout.BYPASS) {
            return bypass ? 1 : 0;
        }
        return Byte.toUnsignedInt(fields.get(offset));
    }

    @Override
    public void write(int offset, int value, long accepted) {
        boolean allowed = configurable && (accepted & IommuFeatures.BYPASS_CONFIG) != 0;
        if (offset == IommuConfigLayout.BYPASS && allowed && (value == 0 || value == 1)) {
            if (trace.on()) {
                trace.put(TraceKind.SET_CONFIG, value);
            }
            announce(value == 1);
        }
    }

    @Override
    public int generation() {
        return generation & 0xff;
    }

    private void announce(boolean next) {
        if (change(next)) {
            onBypass.accept(next);
        }
    }

    /** Returns, when no access goes on that was decided under the old value, whether that was another one. */
    private synchronized boolean change(boolean next) {
        if (bypass == next) {
            return false;
        }
        bypass = next;
        generation++;
        gate.awaitQuiescence();
        return true;
    }
}
