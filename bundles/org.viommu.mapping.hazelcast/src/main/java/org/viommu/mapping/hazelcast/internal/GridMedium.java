// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.IndeterminateOperationStateException;
import com.hazelcast.map.IMap;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.viommu.mapping.recording.Medium;

/**
 * Devices in the memory of a Hazelcast cluster: one entry for each, on one member and on its backups. What an owner tells is applied there by the members
 * themselves, one batch at a time, if its epoch is the device's.
 */
public final class GridMedium implements Medium {
    /** For so long beyond the time after which a member counts as gone, a claim is made again. */
    private static final long CLAIM_SECONDS = 15;

    private final Membership membership;
    private final Copies copies;

    /** By device; kept when the medium is reopened, because only who has been away may claim a device anew. */
    private final Map<String, Long> epochs = new HashMap<>();

    /** Devices that the cluster does not know, or not as of this owner: those with all copies are gone, or are yet to come. */
    private final Set<String> lost = new HashSet<>();

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
        copies = new Copies(membership);
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
            if (!epochs.containsKey(name)) {
                epochs.put(name, guarded(() -> claim(name)));
            }
            device = new GridDevice(this, name);
            devices.put(name, device);
        }
        return device;
    }

    private long claim(String device) throws IOException {
        // What a part with too few members has must not count for more than what the others go on with.
        copies.require(instance);
        Claim claim = new Claim(ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE));
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(membership.timeoutSeconds() + CLAIM_SECONDS);
        while (true) {
            try {
                long epoch = map().executeOnKey(device, claim);
                // The others may have gone while the claim waited for the former owner's end.
                copies.require(instance);
                return epoch;
            } catch (IndeterminateOperationStateException e) {
                // A member has gone meanwhile, perhaps the former owner. A claim more does no harm.
                if (System.nanoTime() - end > 0) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void commit() throws IOException {
        guarded(() -> {
            copies.require(instance);
            for (GridDevice device : devices.values()) {
                byte[] batch = device.take();
                if ((batch.length > 0 || lost.contains(device.name())) && !fenced.contains(device.name())) {
                    send(device.name(), batch);
                }
            }
            copies.await(instance);
            return null;
        });
    }

    private void send(String device, byte[] batch) throws IOException {
        long epoch = epochs.get(device);
        // A device of which nothing is told in spite of that is one that waits for what the cluster had.
        boolean everything = lost.contains(device) && batch.length > 0;
        long wanted = everything ? epoch + 1 : epoch;
        long found = map().executeOnKey(device, new Apply(epoch, batch, everything));
        if (found == wanted) {
            epochs.put(device, found);
            lost.remove(device);
        } else if (found > epoch) {
            fenced.add(device);
        } else {
            lost.add(device);
            throw new IOException("cluster " + membership.cluster() + ": no member has " + device + " as it was told");
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

    /** How many members there are, with this one. */
    int members() {
        return instance.getCluster().getMembers().size();
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
        } catch (IndeterminateOperationStateException e) {
            throw new IOException(
                    "cluster " + membership.cluster() + ": a member has gone in mid-change, which may have no copy", e);
        } catch (HazelcastException | IllegalStateException e) {
            throw new IOException("cluster " + membership.cluster() + ": " + e.getMessage(), e);
        }
    }

    private interface Step<T> {
        T run() throws IOException;
    }
}
