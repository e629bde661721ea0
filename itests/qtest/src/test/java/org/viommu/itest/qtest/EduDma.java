// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes an {@code edu} read and write any bytes, whatever the IOMMU lets it do elsewhere. The bytes come from a
 * dictionary in the device, which was filled when everything was let through, one by one; what the device has read is
 * told by QEMU's trace when the device writes it into the window of message-signalled interrupts, which is never
 * translated. The trace also tells which accesses the IOMMU refused.
 */
final class EduDma {
    /** In the registers of an interrupt controller whose processor never runs. */
    private static final long MESSAGES = 0xfee0_0020L;

    private static final int DICTIONARY = 0;
    private static final int DICTIONARY_SIZE = 256;
    private static final int READ = 1024;

    private static final Pattern TRANSLATE = Pattern.compile("virtio_iommu_translate .* addr=(0x\\p{XDigit}+) .*");
    private static final Pattern TRANSLATED = Pattern.compile("virtio_iommu_translate_out (0x\\p{XDigit}+) -> .*");
    private static final Pattern WRITTEN = Pattern.compile(
            "memory_region_ops_write .* addr (0xfee\\p{XDigit}+) value (0x\\p{XDigit}+) size (\\d) name 'apic-msi'");

    private final Edu edu;
    private final Qtest qtest;
    private final Trace trace;

    EduDma(Edu edu, Qtest qtest, Trace trace) {
        this.edu = edu;
        this.qtest = qtest;
        this.trace = trace;
    }

    /** Fills the dictionary by way of some memory; the device must not be behind the IOMMU yet. */
    void prepare(long memory) {
        byte[] bytes = new byte[DICTIONARY_SIZE];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) i;
        }
        qtest.writeBytes(memory, bytes);
        edu.load(memory, DICTIONARY, bytes.length);
    }

    /** Returns whether the whole access was let through. */
    boolean read(long address, byte[] target) {
        trace.skip();
        edu.load(address, READ, target.length);
        if (refused()) {
            return false;
        }
        trace.skip();
        int whole = target.length + Integer.BYTES - 1 & -Integer.BYTES;
        edu.store(READ, MESSAGES, whole);
        ByteBuffer words = ByteBuffer.allocate(whole).order(ByteOrder.LITTLE_ENDIAN);
        for (String line : trace.next()) {
            Matcher matcher = WRITTEN.matcher(line);
            if (matcher.matches()) {
                words.putInt(
                        (int) (Long.decode(matcher.group(1)) - MESSAGES), (int) (long) Long.decode(matcher.group(2)));
            }
        }
        words.get(target);
        return true;
    }

    /** Returns whether the whole access was let through; ends at the first byte that is not. */
    boolean write(long address, byte... source) {
        for (int i = 0; i < source.length; i++) {
            trace.skip();
            edu.store(DICTIONARY + Byte.toUnsignedInt(source[i]), address + i, 1);
            if (refused()) {
                return false;
            }
        }
        return true;
    }

    /** An access in pieces is refused if one of these is: it is not followed by where it goes. */
    private boolean refused() {
        String open = null;
        for (String line : trace.next()) {
            Matcher asked = TRANSLATE.matcher(line);
            Matcher answered = TRANSLATED.matcher(line);
            if (asked.matches()) {
                if (open != null) {
                    return true;
                }
                open = asked.group(1);
            } else if (answered.matches() && answered.group(1).equals(open)) {
                open = null;
            }
        }
        return open != null;
    }
}
