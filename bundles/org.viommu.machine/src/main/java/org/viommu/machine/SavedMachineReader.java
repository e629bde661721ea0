// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Reads a {@link SavedMachine} and believes nothing of it. */
final class SavedMachineReader {
    private final byte[] bytes;
    private final ByteBuffer source;

    SavedMachineReader(byte[] bytes) {
        this.bytes = bytes;
        source = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    SavedMachine read() {
        checkHeader();
        int count = source.getInt(SavedMachineLayout.FUNCTIONS);
        source.position(SavedMachineLayout.NAME);
        String machine = name();
        List<SavedFunction> functions = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i != count; i++) {
            int start = source.position();
            SavedFunction function = function();
            require(names.add(function.name()), start, "function '%s' is there twice", function.name());
            functions.add(function);
        }
        require(!source.hasRemaining(), source.position(), "%d bytes follow the last function", source.remaining());
        return new SavedMachine(machine, functions);
    }

    private void checkHeader() {
        require(
                bytes.length >= SavedMachineLayout.NAME,
                bytes.length,
                "it ends before %d bytes of header",
                SavedMachineLayout.NAME);
        String magic =
                new String(bytes, SavedMachineLayout.MAGIC, SavedMachineLayout.VERSION, StandardCharsets.ISO_8859_1);
        require(
                magic.equals(SavedMachineLayout.MAGIC_TEXT),
                SavedMachineLayout.MAGIC,
                "it is no snapshot, which begins with %s",
                SavedMachineLayout.MAGIC_TEXT);
        int version = source.getInt(SavedMachineLayout.VERSION);
        require(
                version == SavedMachineLayout.VERSION_1,
                SavedMachineLayout.VERSION,
                "version is %s, known is %d",
                Integer.toUnsignedString(version),
                SavedMachineLayout.VERSION_1);
        int length = source.getInt(SavedMachineLayout.LENGTH);
        require(
                length == bytes.length,
                SavedMachineLayout.LENGTH,
                "length is %s, there are %d bytes",
                Integer.toUnsignedString(length),
                bytes.length);
        int checksum = source.getInt(SavedMachineLayout.CHECKSUM);
        require(
                checksum == SavedMachine.checksum(bytes),
                SavedMachineLayout.CHECKSUM,
                "checksum is 0x%x, that of the bytes is 0x%x",
                checksum,
                SavedMachine.checksum(bytes));
    }

    private SavedFunction function() {
        String name = name();
        int deviceId = word("a device ID");
        int length = word("the length of a state");
        int start = source.position();
        require(
                length >= 0 && length <= source.remaining(),
                start - Integer.BYTES,
                "a state has %s bytes, but %d are left",
                Integer.toUnsignedString(length),
                source.remaining());
        source.position(start + length);
        return new SavedFunction(name, deviceId, start, source.slice(start, length));
    }

    private String name() {
        int start = source.position();
        require(source.remaining() >= Short.BYTES, start, "it ends before %s", "the length of a name");
        int length = Short.toUnsignedInt(source.getShort());
        require(
                length <= source.remaining(),
                start,
                "a name has %d bytes, but %d are left",
                length,
                source.remaining());
        String name = new String(bytes, source.position(), length, StandardCharsets.UTF_8);
        source.position(source.position() + length);
        return name;
    }

    private int word(String what) {
        require(source.remaining() >= Integer.BYTES, source.position(), "it ends before %s", what);
        return source.getInt();
    }

    private static void require(boolean holds, int offset, String message, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException("offset 0x%x: ".formatted(offset) + message.formatted(values));
        }
    }
}
