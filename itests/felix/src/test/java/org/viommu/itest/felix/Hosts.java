// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Three platforms that form a cluster, each with a loopback address of its own. They hold copies until one is told to take the device over. */
final class Hosts implements AutoCloseable {
    static final int COUNT = 3;

    private final Path folder;
    private final int port;
    private final String[] configuration;
    private final List<SubjectProcess> processes = new ArrayList<>();

    private Hosts(Path folder, int port, String... configuration) {
        this.folder = folder;
        this.port = port;
        this.configuration = configuration;
    }

    static Hosts start(Path folder, int port, String... configuration) throws IOException {
        return start(new Hosts(folder, port, configuration));
    }

    private static Hosts start(Hosts hosts) throws IOException {
        for (int host = 0; host < COUNT; host++) {
            hosts.processes.add(hosts.join(host));
            if (host == 0) {
                // Others join it; if all began at once they would first settle who is to be joined.
                hosts.get(0).awaitHolding();
            }
        }
        for (SubjectProcess process : hosts.processes.subList(1, COUNT)) {
            process.awaitHolding();
        }
        return hosts;
    }

    static String address(int host) {
        return "127.0.0." + (host + 2);
    }

    SubjectProcess get(int host) {
        return processes.get(host);
    }

    /** Starts one again that was killed. It joins while the others go on. */
    void restart(int host) throws IOException {
        processes.set(host, join(host));
    }

    private SubjectProcess join(int host) throws IOException {
        List<String> settings = new ArrayList<>(List.of(configuration));
        settings.add("address=" + address(host));
        settings.add("port=" + port);
        settings.add("member-timeout=5");
        settings.add("members="
                + IntStream.range(0, COUNT)
                        .mapToObj(other -> address(other) + ":" + port)
                        .collect(Collectors.joining(",")));
        return SubjectProcess.start(folder, "hazelcast", -1, settings.toArray(String[]::new));
    }

    @Override
    public void close() {
        processes.forEach(SubjectProcess::close);
    }
}
