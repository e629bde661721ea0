// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells operators who comes and who goes. */
final class GridEvents implements MembershipListener, LifecycleListener {
    private static final Logger LOG = LoggerFactory.getLogger(GridEvents.class);

    private final String cluster;

    GridEvents(String cluster) {
        this.cluster = cluster;
    }

    @Override
    public void memberAdded(MembershipEvent event) {
        LOG.info("cluster {}: {} has come, {} members are there", cluster, address(event), count(event));
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
        LOG.warn("cluster {}: {} is gone, {} members are left", cluster, address(event), count(event));
    }

    @Override
    public void stateChanged(LifecycleEvent event) {
        if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
            LOG.info("cluster {}: the cluster was divided and is whole again", cluster);
        }
    }

    private static Object address(MembershipEvent event) {
        return event.getMember().getAddress();
    }

    private static int count(MembershipEvent event) {
        return event.getMembers().size();
    }
}
