// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine;

/**
 * The bytes of a {@link SavedMachine}, little-endian. Names are UTF-8; everything is packed, nothing aligned.
 *
 * <pre>
 *       +0          +4          +8          +c
 *  00   magic                   version     checksum
 *  10   length      functions   name of the machine
 *       function, function, ...
 *
 *  name      le16 length, characters
 *  function  name, le32 device ID, le32 length of the state, state
 * </pre>
 */
final class SavedMachineLayout {
    /** 8 bytes: {@link #MAGIC_TEXT}. */
    static final int MAGIC = 0x00;

    /** le32: {@link #VERSION_1}. */
    static final int VERSION = 0x08;

    /** le32: CRC-32C of everything behind it. */
    static final int CHECKSUM = 0x0c;

    /** le32: of all bytes. */
    static final int LENGTH = 0x10;

    /** le32: number of functions. */
    static final int FUNCTIONS = 0x14;

    /** Where the name of the machine is. */
    static final int NAME = 0x18;

    /** The first bytes, in ASCII. */
    static final String MAGIC_TEXT = "VIOMMUSN";

    /** The one version there is. */
    static final int VERSION_1 = 1;

    private SavedMachineLayout() {}
}
