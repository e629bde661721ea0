// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.memory.AccessFault;
import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.virtio.iommu.FaultFlags;
import org.viommu.virtio.iommu.FaultLayout;
import org.viommu.virtio.iommu.FaultReason;
import org.viommu.virtqueue.Chain;
import org.viommu.virtqueue.DeviceQueue;
import org.viommu.virtqueue.RingFault;

/**
 * From refused accesses to fault reports (virtio 1.4, 5.13.6.9). Ports report from their threads; the session's thread
 * writes the reports into the buffers that the driver has given. Nobody waits for the driver: it need not kick for its
 * buffers, so each fault has the ring looked at, and while there are no buffers a bounded number of reports waits,
 * repetitions are only counted, and the session is woken no more than once a millisecond.
 */
final class Faults {
    private static final long NUDGE_NANOS = 1_000_000;
    private static final FaultReason[] REASONS = FaultReason.values();

    private final FaultRing ring = new FaultRing();
    private final LongAdder[] refused = new LongAdder[REASONS.length];
    private final LongAdder coalesced = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder reported = new LongAdder();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Trace trace;
    private final AtomicLong lastNudge = new AtomicLong(System.nanoTime());

    /** Reports that waited in another instance, until a driver is there. */
    private long[] restored = new long[0];

    /** Wakes the session that delivers; null if there is none. */
    private volatile Runnable session;

    Faults(Trace trace) {
        this.trace = trace;
        for (int i = 0; i < refused.length; i++) {
            refused[i] = new LongAdder();
        }
    }

    /** Begins to deliver to a driver. */
    void connect(Runnable wake) {
        discard();
        for (int i = 0; i < restored.length; i += 2) {
            ring.add(restored[i], restored[i + 1]);
        }
        restored = new long[0];
        session = wake;
    }

    /** What waits to be delivered, as {@link FaultRing#list()} gives it. Called while nobody delivers. */
    long[] waiting() {
        return ring.list();
    }

    /** Has reports that waited in another instance delivered to the next driver, which is the same one. */
    void restore(long... reports) {
        restored = Arrays.copyOf(reports, Math.min(reports.length & ~1, 2 * FaultRing.CAPACITY));
    }

    /** Ends delivering; what waits is dropped. Called by the thread that delivers. */
    void disconnect() {
        session = null;
        discard();
    }

    /** Drops what waits, because there is no queue to deliver it to. Called by the thread that delivers. */
    void discard() {
        woken.set(false);
        while (ring.hasNext()) {
            ring.remove();
            dropped.increment();
        }
    }

    /**
     * Takes a refused access down.
     *
     * @param previous the number of the last report of the same kind about the same page, or -1
     * @return the number of the report that tells of this access, or -1 if none does
     */
    long report(FaultReason reason, int endpoint, Direction direction, long address, long previous) {
        refused[reason.ordinal()].increment();
        Runnable wake = session;
        if (wake == null) {
            dropped.increment();
            return -1;
        }
        if (previous >= 0 && ring.holds(previous)) {
            coalesced.increment();
            nudge(wake);
            return previous;
        }
        long number = ring.add(kind(reason, endpoint, direction), address);
        if (number < 0) {
            dropped.increment();
            nudge(wake);
        } else {
            wake(wake);
        }
        return number;
    }

    /**
     * Writes reports into the buffers that the driver has given, and publishes them.
     *
     * @return whether reports are left for which there are no buffers
     */
    boolean deliver(DeviceQueue queue, Chain chain) throws RingFault {
        woken.set(false);
        while (ring.hasNext() && queue.pop(chain)) {
            queue.push(chain, write(chain));
        }
        queue.publish();
        return ring.hasNext();
    }

    IommuSnapshot.Faults snapshot() {
        Map<FaultReason, Long> byReason = new EnumMap<>(FaultReason.class);
        for (FaultReason reason : REASONS) {
            long count = refused[reason.ordinal()].sum();
            if (count > 0) {
                byReason.put(reason, count);
            }
        }
        return new IommuSnapshot.Faults(byReason, reported.sum(), coalesced.sum(), dropped.sum(), ring.size());
    }

    /**
     * Writes the oldest report; a buffer that does not take it is given back empty, and the report waits for the next
     * one.
     */
    private int write(Chain chain) {
        if (chain.writableLength() < FaultLayout.SIZE) {
            return 0;
        }
        long kind = ring.kind();
        try {
            chain.writeInt(FaultLayout.REASON, (int) kind & 0xff);
            chain.writeInt(FaultLayout.FLAGS, flags(kind));
            chain.writeInt(FaultLayout.ENDPOINT, (int) (kind >>> Integer.SIZE));
            chain.writeInt(FaultLayout.RESERVED1, 0);
            chain.writeLong(FaultLayout.ADDRESS, ring.address());
        } catch (AccessFault e) {
            return 0;
        }
        if (trace.on()) {
            trace.put(TraceKind.REPORT_FAULT, kind & 0xff, flags(kind), kind >>> Integer.SIZE, ring.address());
        }
        ring.remove();
        reported.increment();
        return FaultLayout.SIZE;
    }

    private void wake(Runnable wake) {
        if (!woken.getAndSet(true)) {
            wake.run();
        }
    }

    private void nudge(Runnable wake) {
        long now = System.nanoTime();
        long last = lastNudge.get();
        if (now - last >= NUDGE_NANOS && lastNudge.compareAndSet(last, now)) {
            wake(wake);
        }
    }

    /** Reason in bits 0 to 7, flags in bits 8 to 31, endpoint above. */
    private static long kind(FaultReason reason, int endpoint, Direction direction) {
        int flags = FaultFlags.ADDRESS | (direction == Direction.WRITE ? FaultFlags.WRITE : FaultFlags.READ);
        return (long) endpoint << Integer.SIZE | (long) flags << Byte.SIZE | reason.value();
    }

    private static int flags(long kind) {
        return (int) kind >>> Byte.SIZE;
    }
}
