// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Platforms that form a cluster, each with a loopback address of its own. They hold copies until one is told to take the device over. They reach one another
 * through a {@link Network} that can be cut.
 */
final class Hosts implements AutoCloseable {
    private final Path folder;
    private final Network network;
    private final String[] configuration;
    private final List<SubjectProcess> processes = new ArrayList<>();

    private Hosts(Path folder, Network network, String... configuration) {
        this.folder = folder;
        this.network = network;
        this.configuration = configuration;
    }

    /**
     * Starts them.
     *
     * @param folder with the application
     * @param network between them
     * @param configuration of the store, each as key=value, beside addresses and ports
     */
    static Hosts start(Path folder, Network network, String... configuration) throws IOException {
        Hosts hosts = new Hosts(folder, network, configuration);
        // Others join the first; if all began at once they would first settle who is to be joined.
        hosts.processes.add(hosts.join(0));
        hosts.get(0).awaitHolding();
        for (int host = 1; host < network.hosts(); host++) {
            hosts.processes.add(hosts.join(host));
        }
        for (SubjectProcess process : hosts.processes) {
            process.awaitHolding();
        }
        return hosts;
    }

    SubjectProcess get(int host) {
        return processes.get(host % processes.size());
    }

    /** Starts one again that was killed. It joins while the others go on. */
    void restart(int host) throws IOException {
        int index = host % processes.size();
        processes.set(index, join(index));
    }

    private SubjectProcess join(int host) throws IOException {
        List<String> settings = new ArrayList<>(List.of(configuration));
        settings.add("address=" + network.address(host));
        settings.add("port=" + network.port());
        settings.add("public-address=" + network.publicAddress(host));
        settings.add("member-timeout=5");
        settings.add("members="
                + IntStream.range(0, network.hosts())
                        .mapToObj(network::publicAddress)
                        .collect(Collectors.joining(",")));
        return SubjectProcess.start(folder, "hazelcast", -1, settings.toArray(String[]::new));
    }

    @Override
    public void close() {
        processes.forEach(SubjectProcess::close);
    }
}
