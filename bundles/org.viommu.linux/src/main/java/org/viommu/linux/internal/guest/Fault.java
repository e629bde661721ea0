// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.guest;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A refused DMA as the guest's virtio_iommu driver reports it in the kernel's log.
 *
 * @param reason the driver's word for it: {@code page}, {@code domain} or {@code unknown}
 * @param endpoint the endpoint's ID, unsigned 32-bit
 * @param address the address, unsigned; empty if the device did not say it
 * @param line the line without the kernel's time
 */
public record Fault(String reason, int endpoint, Optional<Long> address, String line) {
    private static final Pattern LINE = Pattern.compile(
            ".*?(virtio_iommu \\S+: (page|domain|unknown) fault from EP (\\d+)(?: at (?:0x)?([0-9a-f]+))? \\[.*)");

    /** Reads a line of the console. */
    static Optional<Fault> parse(String line) {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        Optional<Long> address = Optional.ofNullable(matcher.group(4)).map(hex -> Long.parseUnsignedLong(hex, 16));
        int endpoint = Integer.parseUnsignedInt(matcher.group(3));
        return Optional.of(new Fault(matcher.group(2), endpoint, address, matcher.group(1)));
    }
}
