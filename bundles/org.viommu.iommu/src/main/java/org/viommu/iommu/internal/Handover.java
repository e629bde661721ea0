// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.viommu.mapping.MappingStore;
import org.viommu.memory.AccessGate;

/**
 * Moves all mappings of a device into another store while requests and DMA go on.
 *
 * <p>The thread that calls {@link #move} copies each domain's table in pieces. Meanwhile the writer goes on in the old
 * tables and writes down what it changes in a {@link Journal}, which is {@linkplain Pursuit replayed} on the copy
 * between the pieces. When the copy is complete and has been read back, the writer itself replays the rest between two
 * batches, compares the counts and publishes the new tables. Only this last step stops it, and it is taken at a
 * {@linkplain Rendezvous moment} when little is left.
 *
 * <p>A piece read while the writer changes the table may show a state that never was. Replaying all changes since
 * before it was read puts that right, because every mapping that it shows wrongly is put in or removed by one of them.
 * Hence the order: read a piece, put it in, only then replay. Changes where the copy has not been yet are left out: the
 * pieces to come show them.
 */
final class Handover {
    /**
     * What a hand-over came to.
     *
     * @param mappings how many were moved
     * @param pauseNanos for how long the writer was stopped
     * @param damaged domains that the old store did not give back wholly
     */
    record Result(long mappings, long pauseNanos, int damaged) {}

    /** What whoever has ordered a hand-over may decide while it is under way. Asked often, by any thread. */
    interface Orders {
        /** Whether the hand-over is to end with a failure. */
        boolean cancelled();

        /** Whether the old store is left in any case, so that what it gives back is better than nothing. */
        boolean salvage();
    }

    /** Attempts with a journal; a guest that changes faster than the new store takes has it lost. */
    private static final int ATTEMPTS = 3;

    private static final int READ_BACK = 4096;

    private final AddressSpaces spaces;
    private final Resumption resumption;
    private final SingleWriter writer;
    private final AccessGate gate;
    private final String device;
    private final MappingStore target;
    private final Orders orders;
    private final Chunk chunk = new Chunk();

    /**
     * Prepares a hand-over.
     *
     * @param spaces whose tables to move
     * @param resumption of what the new store may have kept
     * @param writer that changes them
     * @param gate that accesses pass
     * @param device name of the device
     * @param target the new store
     * @param orders of whoever wants the mappings moved
     */
    Handover(
            AddressSpaces spaces,
            Resumption resumption,
            SingleWriter writer,
            AccessGate gate,
            String device,
            MappingStore target,
            Orders orders) {
        this.spaces = spaces;
        this.resumption = resumption;
        this.writer = writer;
        this.gate = gate;
        this.device = device;
        this.target = target;
        this.orders = orders;
    }

    /**
     * Moves everything. Returns when no access uses the old tables any more and they are closed.
     *
     * @throws HandoverFailure if it did not come about
     * @throws StoreFailure if the new store threw
     */
    Result move() {
        OptionalLong resumed = writer.call(() -> resumption.adopt(target));
        if (resumed.isPresent()) {
            return new Result(resumed.getAsLong(), 0, 0);
        }
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Replica replica = new Replica(target, device);
            Journal journal = new Journal();
            try {
                return attempt(replica, journal);
            } catch (RuntimeException | Error e) {
                writer.call(() -> {
                    spaces.record(null);
                    return null;
                });
                replica.discard();
                if (!journal.lost()) {
                    throw e;
                }
            }
        }
        throw new HandoverFailure("the new store does not keep up with the guest");
    }

    /** Moves everything while the writer waits: for when nothing else is left. */
    Result moveStopped() {
        Replica replica = new Replica(target, device);
        Publication publication = new Publication(spaces, target, orders);
        Result result;
        try {
            result = writer.call(() -> {
                long begin = System.nanoTime();
                for (Domain domain : spaces.translating()) {
                    replica.open(domain);
                    for (long from = 0; copyPiece(domain, replica, publication, from); from = chunk.next()) {}
                }
                return publication.publish(replica, begin);
            });
        } catch (RuntimeException | Error e) {
            replica.discard();
            throw e;
        }
        release(publication);
        return result;
    }

    private Result attempt(Replica replica, Journal journal) {
        Publication publication = new Publication(spaces, target, orders);
        Pursuit pursuit = new Pursuit(journal, replica, System::nanoTime);
        List<Domain> domains = writer.call(() -> {
            spaces.record(journal);
            return spaces.translating();
        });
        for (Domain domain : domains) {
            replica.open(domain);
            replica.of(domain).expectCopy();
        }
        for (Domain domain : domains) {
            copy(domain, replica, journal, pursuit, publication);
        }
        for (Domain domain : domains) {
            verify(domain, replica, journal, pursuit);
        }
        pursuit.approach();
        Result result = meet(replica, journal, publication);
        release(publication);
        return result;
    }

    private Result meet(Replica replica, Journal journal, Publication publication) {
        Rendezvous rendezvous = new Rendezvous(writer, journal, replica);
        Optional<Result> result = Optional.empty();
        for (int attempt = 0; result.isEmpty(); attempt++) {
            check(journal);
            journal.replay(replica);
            publication.prepare(replica);
            result = rendezvous.attempt(attempt, begin -> publication.publish(replica, begin));
        }
        return result.get();
    }

    private void copy(Domain domain, Replica replica, Journal journal, Pursuit pursuit, Publication publication) {
        long from = 0;
        boolean more = true;
        while (more && replica.has(domain)) {
            pursuit.begin();
            more = copyPiece(domain, replica, publication, from);
            if (more) {
                from = chunk.next();
                replica.of(domain).reached(from);
            } else {
                replica.of(domain).copied();
            }
            check(journal);
            pursuit.follow();
        }
    }

    /** Copies the next piece; returns whether there may be another one. */
    private boolean copyPiece(Domain domain, Replica replica, Publication publication, long from) {
        boolean readable = true;
        try {
            chunk.read(domain.table(), from);
        } catch (StoreFailure failure) {
            publication.damage(domain, failure);
            readable = false;
        }
        chunk.writeTo(replica.of(domain));
        return readable && chunk.full() && chunk.next() != 0;
    }

    private void verify(Domain domain, Replica replica, Journal journal, Pursuit pursuit) {
        boolean whole = false;
        while (!whole && replica.has(domain)) {
            pursuit.begin();
            whole = replica.of(domain).verify(READ_BACK);
            check(journal);
            pursuit.follow();
        }
    }

    private void check(Journal journal) {
        if (journal.lost()) {
            throw new HandoverFailure("the guest changed mappings faster than they could be copied");
        }
        if (orders.cancelled()) {
            throw new HandoverFailure("another store is wanted by now");
        }
    }

    private void release(Publication publication) {
        gate.awaitQuiescence();
        publication.closeReplaced();
    }
}
