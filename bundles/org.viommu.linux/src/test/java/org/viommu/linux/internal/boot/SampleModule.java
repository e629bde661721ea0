// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.boot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The smallest ELF file that says something about itself: two sections, the names and {@code .modinfo}. */
final class SampleModule {
    private static final int SECTION_HEADER = 0x40;

    private SampleModule() {}

    static byte[] withModinfo(String... entries) {
        return file(".modinfo", String.join("\0", entries) + "\0");
    }

    static byte[] file(String section, String content) {
        byte[] names = ("\0.shstrtab\0" + section + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] data = content.getBytes(StandardCharsets.US_ASCII);
        int namesAt = ModuleLayout.HEADER_SIZE;
        int dataAt = namesAt + names.length;
        int sectionsAt = dataAt + data.length;
        ByteBuffer elf = ByteBuffer.allocate(sectionsAt + 2 * SECTION_HEADER).order(ByteOrder.LITTLE_ENDIAN);
        elf.putInt(0, ModuleLayout.MAGIC);
        elf.putLong(ModuleLayout.SECTIONS_OFFSET, sectionsAt);
        elf.putShort(ModuleLayout.SECTION_SIZE, (short) SECTION_HEADER);
        elf.putShort(ModuleLayout.SECTION_COUNT, (short) 2);
        elf.putShort(ModuleLayout.NAMES_INDEX, (short) 0);
        elf.put(namesAt, names);
        elf.put(dataAt, data);
        putSection(elf, sectionsAt, 1, namesAt, names.length);
        putSection(elf, sectionsAt + SECTION_HEADER, "\0.shstrtab\0".length(), dataAt, data.length);
        return elf.array();
    }

    private static void putSection(ByteBuffer elf, int at, int name, int data, int length) {
        elf.putInt(at + ModuleLayout.SECTION_NAME, name);
        elf.putLong(at + ModuleLayout.SECTION_DATA, data);
        elf.putLong(at + ModuleLayout.SECTION_LENGTH, length);
    }
}
