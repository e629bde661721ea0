// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import java.nio.ByteBuffer;
import org.viommu.transport.pci.PciBar;
import org.viommu.transport.pci.PciFunction;
import org.viommu.transport.vfiouser.internal.os.Errno;
import org.viommu.transport.vfiouser.internal.wire.Message;
import org.viommu.transport.vfiouser.internal.wire.ProtocolViolation;
import org.viommu.transport.vfiouser.internal.wire.Refusal;
import org.viommu.transport.vfiouser.internal.wire.RegionAccessLayout;
import org.viommu.transport.vfiouser.internal.wire.RegionInfoLayout;
import org.viommu.transport.vfiouser.internal.wire.RegionWriteMultiLayout;

/**
 * The regions of a function: what they are, reads and writes. Numbered as in {@code linux/vfio.h}: BARs, ROM,
 * configuration space, VGA.
 */
final class RegionAccess {
    /** How many there are; those that a function does not have are empty. */
    static final int REGIONS = 9;

    private static final int CONFIG = 7;

    private final PciFunction function;
    private final long[] sizes = new long[REGIONS];

    RegionAccess(PciFunction function) {
        this.function = function;
        for (PciBar bar : function.bars()) {
            sizes[bar.index()] = bar.size();
        }
        sizes[CONFIG] = function.configSize();
    }

    /** Serves DEVICE_GET_REGION_INFO. */
    void info(Message message) throws ProtocolViolation, Refusal {
        message.requireLength(RegionInfoLayout.LENGTH);
        message.requireArgsz(RegionInfoLayout.ARGSZ, RegionInfoLayout.LENGTH);
        message.allowDescriptors(0);
        int region = checkRegion(message.body().getInt(RegionInfoLayout.INDEX));
        ByteBuffer reply = message.reply(RegionInfoLayout.LENGTH);
        reply.putInt(RegionInfoLayout.ARGSZ, RegionInfoLayout.LENGTH);
        reply.putInt(
                RegionInfoLayout.FLAGS,
                sizes[region] == 0 ? 0 : RegionInfoLayout.FLAG_READ | RegionInfoLayout.FLAG_WRITE);
        reply.putInt(RegionInfoLayout.CAP_OFFSET, 0);
        reply.putLong(RegionInfoLayout.SIZE, sizes[region]);
        reply.putLong(RegionInfoLayout.OFFSET, 0);
    }

    /** Serves REGION_READ. */
    void read(Message message) throws ProtocolViolation, Refusal {
        message.requireLength(RegionAccessLayout.DATA);
        message.allowDescriptors(0);
        int count = count(message, 0, Message.MAX_DATA);
        long offset = offset(message, 0, count);
        int region = message.body().getInt(RegionAccessLayout.REGION);
        ByteBuffer target = message.data(RegionAccessLayout.DATA, count);
        if (region == CONFIG) {
            function.readConfig((int) offset, target);
        } else {
            function.readBar(region, offset, target);
        }
        message.reply(RegionAccessLayout.DATA + count);
    }

    /** Serves REGION_WRITE. */
    void write(Message message) throws ProtocolViolation, Refusal {
        message.requireMinimum(RegionAccessLayout.DATA);
        message.allowDescriptors(0);
        int count = count(message, 0, Message.MAX_DATA);
        message.requireLength(RegionAccessLayout.DATA + count);
        write(message, 0, count);
        message.reply(RegionAccessLayout.DATA);
    }

    /** Serves REGION_WRITE_MULTI. */
    void writeMulti(Message message) throws ProtocolViolation, Refusal {
        message.requireMinimum(RegionWriteMultiLayout.FIRST);
        message.allowDescriptors(0);
        long writes = message.body().getLong(RegionWriteMultiLayout.WRITES);
        int room = message.body().limit() - RegionWriteMultiLayout.FIRST;
        if (room % RegionWriteMultiLayout.STRIDE != 0 || writes != room / RegionWriteMultiLayout.STRIDE) {
            throw message.violation("%s writes in %d bytes".formatted(Long.toUnsignedString(writes), room));
        }
        for (int i = 0; i < writes; i++) {
            int at = RegionWriteMultiLayout.FIRST + i * RegionWriteMultiLayout.STRIDE;
            write(message, at, count(message, at, RegionWriteMultiLayout.MAX_DATA));
        }
        message.reply(RegionWriteMultiLayout.REPLY_LENGTH);
    }

    private void write(Message message, int at, int count) throws Refusal {
        long offset = offset(message, at, count);
        int region = message.body().getInt(at + RegionAccessLayout.REGION);
        ByteBuffer source = message.data(at + RegionAccessLayout.DATA, count);
        if (region == CONFIG) {
            function.writeConfig((int) offset, source);
        } else {
            function.writeBar(region, offset, source);
        }
    }

    /** The count of the access that begins at {@code at} in the body. */
    private static int count(Message message, int at, int max) throws ProtocolViolation {
        int count = message.body().getInt(at + RegionAccessLayout.COUNT);
        if (Integer.compareUnsigned(count, max) > 0) {
            throw message.violation("count %s is above %d".formatted(Integer.toUnsignedString(count), max));
        }
        return count;
    }

    /** The offset of the access that begins at {@code at} in the body; all its bytes are in its region. */
    private long offset(Message message, int at, int count) throws Refusal {
        int region = checkRegion(message.body().getInt(at + RegionAccessLayout.REGION));
        long offset = message.body().getLong(at + RegionAccessLayout.OFFSET);
        if (sizes[region] == 0 || offset < 0 || offset > sizes[region] - count) {
            throw new Refusal(
                    Errno.EINVAL,
                    "%d bytes at 0x%x are outside of region %d with 0x%x bytes"
                            .formatted(count, offset, region, sizes[region]));
        }
        return offset;
    }

    private static int checkRegion(int region) throws Refusal {
        if (region < 0 || region >= REGIONS) {
            throw new Refusal(Errno.EINVAL, "region " + Integer.toUnsignedString(region) + " does not exist");
        }
        return region;
    }
}
