// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.boot;

/**
 * Where the sections of a 64-bit little-endian ELF file are (System V ABI, chapter 4), as far as a kernel module's
 * {@code .modinfo} needs it: NUL-terminated strings such as {@code depends=rng-core}.
 *
 * <pre>
 * file header    0x00 |7f 45 4c 46|02 01 ...|     magic, 64 bits, little-endian
 *                0x28 |u64 shoff|                 offset of the section headers
 *                0x3a |u16 shentsize|u16 shnum|u16 shstrndx|
 * section header 0x00 |u32 name|                  offset in the section of names
 *                0x18 |u64 offset|u64 size|
 * </pre>
 */
final class ModuleLayout {
    static final int MAGIC = 0x464c457f;
    static final int HEADER_SIZE = 0x40;
    static final int SECTIONS_OFFSET = 0x28;
    static final int SECTION_SIZE = 0x3a;
    static final int SECTION_COUNT = 0x3c;
    static final int NAMES_INDEX = 0x3e;

    static final int SECTION_NAME = 0x00;
    static final int SECTION_DATA = 0x18;
    static final int SECTION_LENGTH = 0x20;

    static final String MODINFO = ".modinfo";

    private ModuleLayout() {}
}
