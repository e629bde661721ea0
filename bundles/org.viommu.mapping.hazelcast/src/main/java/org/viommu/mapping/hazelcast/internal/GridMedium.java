// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.map.IMap;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.viommu.mapping.recording.Medium;

/**
 * Devices in the memory of a Hazelcast cluster: one entry for each, on one member and on its backups. What an owner tells is applied there by the members
 * themselves, one batch at a time, if its epoch is the device's.
 */
public final class GridMedium implements Medium {
    private final Membership membership;

    /** By device; kept when the medium is reopened, because only who has been away may claim a device anew. */
    private final Map<String, Long> epochs = new HashMap<>();

    private final Map<String, GridDevice> devices = new HashMap<>();
    private final Set<String> fenced = new ConcurrentSkipListSet<>();
    private HazelcastInstance instance;

    /**
     * Creates the medium; it joins no cluster yet.
     *
     * @param membership of this member
     */
    public GridMedium(Membership membership) {
        this.membership = membership;
    }

    @Override
    public void open() throws IOException {
        guarded(() -> {
            if (instance == null || !instance.getLifecycleService().isRunning()) {
                instance = Hazelcast.newHazelcastInstance(membership.config());
            }
            return null;
        });
    }

    /** The first time this makes the caller the owner of the device. */
    @Override
    public Device device(String name) throws IOException {
        GridDevice device = devices.get(name);
        if (device == null) {
            Long epoch = epochs.get(name);
            if (epoch == null) {
                epoch = guarded(() -> map().executeOnKey(name, new Claim()));
                epochs.put(name, epoch);
            }
            device = new GridDevice(this, name);
            devices.put(name, device);
        }
        return device;
    }

    @Override
    public void commit() throws IOException {
        int present = guarded(() -> instance.getCluster().getMembers().size());
        if (present < membership.minMembers()) {
            throw new IOException("cluster " + membership.cluster() + ": " + present + " of at least "
                    + membership.minMembers() + " members are there, so changes have no copy");
        }
        for (GridDevice device : devices.values()) {
            byte[] batch = device.take();
            if (batch.length > 0 && !fenced.contains(device.name())) {
                Apply apply = new Apply(epochs.get(device.name()), batch);
                if (!guarded(() -> map().executeOnKey(device.name(), apply))) {
                    fenced.add(device.name());
                }
            }
        }
    }

    @Override
    public String problem() {
        return fenced.isEmpty()
                ? ""
                : "cluster " + membership.cluster() + ": another host has taken over " + new TreeSet<>(fenced)
                        + "; nothing of what happens here is kept";
    }

    /** Leaves the cluster if it is of no use any more, so that the next try begins anew. */
    @Override
    public void close() {
        devices.clear();
    }

    /** Leaves the cluster. */
    public void leave() {
        if (instance != null) {
            instance.getLifecycleService().terminate();
        }
    }

    SharedDevice read(String name) throws IOException {
        return guarded(() -> map().get(name));
    }

    private IMap<String, SharedDevice> map() {
        return instance.getMap(Membership.DEVICES);
    }

    private <T> T guarded(Step<T> step) throws IOException {
        try {
            return step.run();
        } catch (HazelcastException | IllegalStateException e) {
            throw new IOException("cluster " + membership.cluster() + ": " + e.getMessage(), e);
        }
    }

    private interface Step<T> {
        T run();
    }
}
