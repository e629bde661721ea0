// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

/**
 * The bytes of a {@link SavedDevice}, little-endian. Sections may come in any order; a reader passes over those whose
 * name it does not know, if their first letter is small.
 *
 * <pre>
 *  0                8         12         16
 *  +----------------+---------+----------+-----------...
 *  | "VIOMMU\0\0"   | version | CRC-32   | sections
 *  |                |         | of these |
 *  +----------------+---------+----------+-----------...
 *
 *  section          0         4          8
 *                   +---------+----------+----...
 *                   | name    | length   | body
 *                   +---------+----------+----...
 *
 *  CONF  lines "name=value" in UTF-8: the fingerprint
 *  BYPS  le32: the global bypass, 0 or 1
 *  DOMN  le32 ID, le32 bypass, le32 number of endpoints, le32 number of mappings, le32 of each endpoint,
 *        le64 start, le64 end, le64 physical, le64 flags of each mapping; one section for each domain
 *  FLTS  le64 kind, le64 address of each fault report that waits
 * </pre>
 */
final class SavedDeviceLayout {
    /** le64: {@code VIOMMU} and two zeros. */
    static final long MAGIC = 0x0000_554d_4d4f_4956L;

    /** le32: the one version there is. */
    static final int VERSION_1 = 1;

    /** Size of what comes before the sections. */
    static final int HEAD_SIZE = 16;

    /** Offset of the checksum. */
    static final int CHECKSUM = 12;

    /** Size of what comes before the body of a section. */
    static final int SECTION_HEAD_SIZE = 8;

    /** Size of what comes before the endpoints in a DOMN. */
    static final int DOMAIN_HEAD_SIZE = 16;

    /** Section: the fingerprint. */
    static final String CONFIGURATION = "CONF";

    /** Section: the global bypass. */
    static final String BYPASS = "BYPS";

    /** Section: a domain. */
    static final String DOMAIN = "DOMN";

    /** Section: fault reports. */
    static final String FAULTS = "FLTS";

    /** Length of a section's name. */
    static final int NAME_SIZE = 4;

    private SavedDeviceLayout() {}
}
