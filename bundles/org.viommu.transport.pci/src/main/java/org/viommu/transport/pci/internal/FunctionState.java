// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.pci.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.viommu.virtio.DeviceState;

/**
 * A saved function: its own registers as bytes, and its device.
 *
 * @param registers laid out by {@link FunctionStateLayout}, little-endian
 * @param device behind them
 */
record FunctionState(ByteBuffer registers, DeviceState device) {
    /** Registers to be filled. */
    static ByteBuffer allocate(int vectors) {
        return ByteBuffer.allocate(registerBytes(vectors))
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(FunctionStateLayout.VERSION, (short) FunctionStateLayout.VERSION_1)
                .putShort(FunctionStateLayout.VECTORS, (short) vectors);
    }

    private static int registerBytes(int vectors) {
        return FunctionStateLayout.SIZE + vectors * FunctionStateLayout.VECTOR;
    }

    static int vector(int vector) {
        return registerBytes(vector);
    }

    byte[] bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(registers.capacity() + device.bytes());
        bytes.put(registers.duplicate().clear());
        device.write(bytes);
        return bytes.array();
    }

    /**
     * Reads what {@link #bytes} gave.
     *
     * @param vectors that the function has
     * @throws IllegalArgumentException if the bytes are of another version, or of no function with as many vectors
     */
    static FunctionState of(byte[] bytes, int vectors) {
        ByteBuffer registers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < registerBytes(vectors)) {
            throw new IllegalArgumentException("state of a PCI function has %d bytes, at least %d are needed"
                    .formatted(bytes.length, registerBytes(vectors)));
        }
        int version = Short.toUnsignedInt(registers.getShort(FunctionStateLayout.VERSION));
        if (version != FunctionStateLayout.VERSION_1) {
            throw new IllegalArgumentException(
                    "state of a PCI function has version %d, not %d".formatted(version, FunctionStateLayout.VERSION_1));
        }
        int saved = Short.toUnsignedInt(registers.getShort(FunctionStateLayout.VECTORS));
        if (saved != vectors) {
            throw new IllegalArgumentException(
                    "state of a PCI function has %d vectors, the function has %d".formatted(saved, vectors));
        }
        ByteBuffer rest = registers.duplicate().position(registerBytes(vectors));
        DeviceState device = DeviceState.read(rest);
        if (rest.hasRemaining()) {
            throw new IllegalArgumentException(
                    "state of a PCI function is followed by %d bytes".formatted(rest.remaining()));
        }
        return new FunctionState(
                registers.limit(registerBytes(vectors)).slice().order(ByteOrder.LITTLE_ENDIAN), device);
    }
}
