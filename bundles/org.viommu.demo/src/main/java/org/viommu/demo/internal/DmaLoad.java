// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.demo.internal;

import java.util.SplittableRandom;
import org.viommu.dma.DmaPort;
import org.viommu.memory.AccessFault;

/** An endpoint that reads 8 bytes at random places of the lower half of the address space for ever, and checks each. */
final class DmaLoad extends Load {
    private static final int BURST = 256;
    private static final long SEED = 0xd0a;

    private final DmaPort port;
    private final AddressPlan plan;
    private final SplittableRandom random = new SplittableRandom(SEED);

    DmaLoad(DmaPort port, AddressPlan plan) {
        super("endpoint-dma");
        this.port = port;
        this.plan = plan;
    }

    @Override
    void step() throws AccessFault {
        for (int i = 0; i < BURST; i++) {
            int place = random.nextInt();
            int page = (place & Integer.MAX_VALUE) % (plan.mappings() / 2);
            int offset = place >>> 3 & InProcessGuest.PAGE - Long.BYTES;
            long read = port.getLong(plan.virtual(page) + offset);
            if (read != plan.physical(page) + offset) {
                fail("DMA at 0x%x read the bytes of 0x%x".formatted(plan.virtual(page) + offset, read));
            }
        }
        count(BURST);
    }

    /** Writes where nothing is mapped; true if the IOMMU refused it. On the caller's thread, while the load does not run. */
    boolean stray() {
        try {
            port.putLong(plan.stray(), 0);
            return false;
        } catch (AccessFault refused) {
            return refused.reason() == AccessFault.Reason.NOT_TRANSLATED;
        }
    }
}
