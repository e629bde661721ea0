// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Saved functions of one machine: all that fresh ones need to go on, besides the guest's memory, which is the VMM's.
 *
 * @param name of the machine that was saved
 * @param functions in an order in which they can be restored: IOMMUs before what is behind them
 */
public record SavedMachine(String name, List<SavedFunction> functions) {
    /** How many bytes tell a snapshot from anything else. */
    public static final int MAGIC_BYTES = SavedMachineLayout.VERSION;

    /** Copies the list. */
    public SavedMachine {
        functions = List.copyOf(functions);
    }

    /**
     * Writes it down.
     *
     * @return what {@link #read} reads
     */
    public byte[] bytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(ByteBuffer.allocate(SavedMachineLayout.NAME)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(SavedMachineLayout.MAGIC_TEXT.getBytes(StandardCharsets.US_ASCII))
                .putInt(SavedMachineLayout.VERSION, SavedMachineLayout.VERSION_1)
                .putInt(SavedMachineLayout.FUNCTIONS, functions.size())
                .array());
        writeName(bytes, name);
        for (SavedFunction function : functions) {
            byte[] state = new byte[function.state().remaining()];
            function.state().get(state);
            writeName(bytes, function.name());
            bytes.writeBytes(ByteBuffer.allocate(2 * Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(function.deviceId())
                    .putInt(state.length)
                    .array());
            bytes.writeBytes(state);
        }
        byte[] written = bytes.toByteArray();
        ByteBuffer header = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(SavedMachineLayout.LENGTH, written.length).putInt(SavedMachineLayout.CHECKSUM, checksum(written));
        return written;
    }

    private static void writeName(ByteArrayOutputStream bytes, String name) {
        byte[] characters = name.getBytes(StandardCharsets.UTF_8);
        if (characters.length > Character.MAX_VALUE) {
            throw new IllegalArgumentException("a name of %d bytes cannot be saved".formatted(characters.length));
        }
        bytes.write(characters.length);
        bytes.write(characters.length >>> Byte.SIZE);
        bytes.writeBytes(characters);
    }

    /**
     * Reads what {@link #bytes()} has written.
     *
     * @param bytes all of them
     * @return the functions
     * @throws IllegalArgumentException naming the offset and the value that is not as it should be
     */
    public static SavedMachine read(byte[] bytes) {
        return new SavedMachineReader(bytes).read();
    }

    /**
     * Whether something may be a snapshot, by its first {@link #MAGIC_BYTES} bytes.
     *
     * @param first of them, or less
     * @return true for what {@link #bytes()} has written, of any version
     */
    public static boolean isBeginOf(byte[] first) {
        return SavedMachineLayout.MAGIC_TEXT.equals(new String(first, StandardCharsets.ISO_8859_1));
    }

    /** The checksum of everything behind its own place. */
    static int checksum(byte[] bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, SavedMachineLayout.LENGTH, bytes.length - SavedMachineLayout.LENGTH);
        return (int) checksum.getValue();
    }
}
