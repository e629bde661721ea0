// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MergePolicyConfig;
import com.hazelcast.config.NetworkConfig;
import java.util.List;

/**
 * Where this member is and whom it joins.
 *
 * @param cluster name of the cluster
 * @param address this host's, on which it listens and from which it connects
 * @param port on which it listens
 * @param publicAddress where others reach this member, as HOST:PORT; empty if that is where it listens
 * @param members addresses of others, each as HOST or HOST:PORT
 * @param backups other members that have each change before it counts
 * @param minMembers members without which nothing is kept
 * @param timeoutSeconds after which a member that is not heard of counts as gone
 */
public record Membership(
        String cluster,
        String address,
        int port,
        String publicAddress,
        List<String> members,
        int backups,
        int minMembers,
        int timeoutSeconds) {
    static final String DEVICES = "viommu.devices";

    /** After so long a change whose backup has not answered may have no copy. A takeover right after a loss waits for it. */
    private static final int BACKUP_MILLIS = 2000;

    private static final int BATCH_OF_MERGED = 100;

    /** Copies the list. */
    public Membership {
        members = List.copyOf(members);
    }

    /** As Hazelcast is to be told: it looks for nobody and talks to nobody but the members. */
    Config config() {
        Config config = new Config();
        config.setClusterName(cluster);
        config.setClassLoader(Membership.class.getClassLoader());
        config.setProperty("hazelcast.phone.home.enabled", "false");
        config.setProperty("hazelcast.logging.type", "slf4j");
        config.setProperty("hazelcast.shutdownhook.enabled", "false");
        config.setProperty("hazelcast.socket.bind.any", "false");
        config.setProperty("hazelcast.socket.client.bind.any", "false");
        // Unlike the list of interfaces this takes addresses that no interface has by name, as all of 127/8.
        config.setProperty("hazelcast.local.localAddress", address);
        // Nobody gathers at the start: who comes joins those who are there.
        config.setProperty("hazelcast.wait.seconds.before.join", "0");
        config.setProperty("hazelcast.partition.count", "31");
        config.setProperty("hazelcast.heartbeat.interval.seconds", "1");
        String timeout = Integer.toString(timeoutSeconds);
        config.setProperty("hazelcast.max.no.heartbeat.seconds", timeout);
        config.setProperty("hazelcast.merge.first.run.delay.seconds", timeout);
        config.setProperty("hazelcast.merge.next.run.delay.seconds", timeout);
        // A backup that may be missing is a failure, not a success with a delay.
        config.setProperty("hazelcast.operation.backup.timeout.millis", Integer.toString(BACKUP_MILLIS));
        config.setProperty("hazelcast.operation.fail.on.indeterminate.state", "true");
        NetworkConfig network = config.getNetworkConfig();
        network.setPort(port).setPortAutoIncrement(false);
        if (!publicAddress.isEmpty()) {
            network.setPublicAddress(publicAddress);
        }
        JoinConfig join = network.getJoin();
        join.getMulticastConfig().setEnabled(false);
        join.getAutoDetectionConfig().setEnabled(false);
        join.getTcpIpConfig().setEnabled(true).setMembers(members);
        config.addListenerConfig(new ListenerConfig(new GridEvents(cluster)));
        config.addMapConfig(new MapConfig(DEVICES)
                .setInMemoryFormat(InMemoryFormat.OBJECT)
                .setBackupCount(backups)
                .setMergePolicyConfig(new MergePolicyConfig(NewerDevice.class.getName(), BATCH_OF_MERGED)));
        return config;
    }
}
