// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.check;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.viommu.linux.internal.guest.Answer;
import org.viommu.linux.internal.guest.GuestGone;

/** The guest's hardware random number generator is ours and gives bytes that look random. */
public final class EntropyCheck implements Check {
    private static final int BYTES = 64;

    /** 64 random bytes have 57 different values on average, and fewer than 40 less than once in a million times. */
    private static final int LEAST_VALUES = 40;

    private final Guest guest;

    public EntropyCheck(Guest guest) {
        this.guest = guest;
    }

    @Override
    public String name() {
        return "entropy";
    }

    @Override
    public Outcome run() throws GuestGone, InterruptedException {
        Answer first = guest.ask("entropy", BYTES);
        Answer second = guest.ask("entropy", BYTES);
        if (!first.isOk() || !second.isOk()) {
            return Outcome.fail("%s", first.isOk() ? second : first);
        }
        String hex = first.get("hex");
        if (hex.length() != 2 * BYTES || hex.equals(second.get("hex"))) {
            return Outcome.fail("%d bytes asked for, twice: %s and %s", BYTES, hex, second.get("hex"));
        }
        long values = new String(HexFormat.of().parseHex(hex), StandardCharsets.ISO_8859_1)
                .chars()
                .distinct()
                .count();
        if (values < LEAST_VALUES || !first.get("source").startsWith("virtio_rng")) {
            return Outcome.fail("%d different values in %s from %s", values, hex, first.get("source"));
        }
        return Outcome.pass("%d bytes from %s, %d different values", BYTES, first.get("source"), values);
    }
}
