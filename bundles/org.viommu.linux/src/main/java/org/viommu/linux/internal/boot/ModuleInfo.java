// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.boot;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** What a kernel module says about itself. */
final class ModuleInfo {
    private static final String DEPENDS = "depends=";

    private final List<String> entries;

    private ModuleInfo(List<String> entries) {
        this.entries = entries;
    }

    /**
     * Reads the module's {@code .modinfo}.
     *
     * @throws IllegalArgumentException if these are not the bytes of a module
     */
    static ModuleInfo parse(byte[] module) {
        ByteBuffer elf = ByteBuffer.wrap(module).order(ByteOrder.LITTLE_ENDIAN);
        if (module.length < ModuleLayout.HEADER_SIZE || elf.getInt(0) != ModuleLayout.MAGIC) {
            throw new IllegalArgumentException("not an ELF file");
        }
        int size = Short.toUnsignedInt(elf.getShort(ModuleLayout.SECTION_SIZE));
        int count = Short.toUnsignedInt(elf.getShort(ModuleLayout.SECTION_COUNT));
        int namesIndex = Short.toUnsignedInt(elf.getShort(ModuleLayout.NAMES_INDEX));
        try {
            int sections = Math.toIntExact(elf.getLong(ModuleLayout.SECTIONS_OFFSET));
            int names = Math.toIntExact(elf.getLong(sections + namesIndex * size + ModuleLayout.SECTION_DATA));
            for (int i = 0; i < count; i++) {
                int section = sections + i * size;
                int name = names + elf.getInt(section + ModuleLayout.SECTION_NAME);
                if (hasName(module, name)) {
                    int start = Math.toIntExact(elf.getLong(section + ModuleLayout.SECTION_DATA));
                    int length = Math.toIntExact(elf.getLong(section + ModuleLayout.SECTION_LENGTH));
                    String text = new String(module, start, length, StandardCharsets.US_ASCII);
                    return new ModuleInfo(List.of(text.split("\0+")));
                }
            }
        } catch (IndexOutOfBoundsException | ArithmeticException e) {
            throw new IllegalArgumentException("an ELF file whose sections lie outside of it", e);
        }
        throw new IllegalArgumentException("an ELF file without " + ModuleLayout.MODINFO);
    }

    private static boolean hasName(byte[] module, int at) {
        byte[] wanted = (ModuleLayout.MODINFO + '\0').getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.wrap(module, at, Math.min(wanted.length, module.length - at))
                .equals(ByteBuffer.wrap(wanted));
    }

    /** The names of the modules that have to be loaded before this one. */
    List<String> dependencies() {
        return entries.stream()
                .filter(entry -> entry.startsWith(DEPENDS))
                .flatMap(entry -> Stream.of(entry.substring(DEPENDS.length()).split(",")))
                .filter(name -> !name.isEmpty())
                .map(KernelModule::canonical)
                .toList();
    }
}
