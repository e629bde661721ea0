// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import com.hazelcast.cluster.Member;
import com.hazelcast.core.HazelcastInstance;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Whether what was told has its copies. A change is copied to the members that hold a copy at that moment; when a member has come or gone it takes a while until
 * that is as many as there should be.
 */
final class Copies {
    private static final long PAUSE_NANOS = 5_000_000;

    private final Membership membership;

    /** As they were when last everything had its copies. */
    private Set<Member> members = Set.of();

    Copies(Membership membership) {
        this.membership = membership;
    }

    /** Fails if there are too few members for copies. */
    void require(HazelcastInstance instance) throws IOException {
        require(instance.getCluster().getMembers().size());
    }

    private void require(int present) throws IOException {
        if (present < membership.minMembers()) {
            throw new IOException("cluster " + membership.cluster() + ": " + present + " of at least "
                    + membership.minMembers() + " members are there, so changes have no copy");
        }
    }

    /** Returns when what was told before has its copies. This costs nothing while the members stay the same. */
    void await(HazelcastInstance instance) throws IOException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(membership.timeoutSeconds());
        Set<Member> present = instance.getCluster().getMembers();
        while (!present.equals(members)) {
            // Who is left alone needs no copies any more and counts as safe at once.
            require(present.size());
            boolean safe = instance.getPartitionService().isClusterSafe();
            if (!safe && System.nanoTime() - end > 0) {
                throw new IOException("cluster " + membership.cluster() + ": copies are still being made after "
                        + membership.timeoutSeconds() + " s");
            }
            Set<Member> then = instance.getCluster().getMembers();
            if (!safe) {
                LockSupport.parkNanos(PAUSE_NANOS);
            } else if (then.equals(present)) {
                members = Set.copyOf(present);
            }
            present = then;
        }
    }
}
