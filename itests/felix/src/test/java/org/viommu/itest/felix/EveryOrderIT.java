// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import javax.inject.Inject;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.itest.traffic.WorkingGuest;

/** Mappings move from each store into each other one, between memory, disk and cluster, while requests and DMA run. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class EveryOrderIT {
    /** A round trip that takes each way from one of the stores to another exactly once. */
    private static final List<String> ROUND_TRIP = List.of(
            "radix",
            "tree",
            "radix",
            "mvstore",
            "radix",
            "hazelcast",
            "radix",
            "resident",
            "tree",
            "mvstore",
            "tree",
            "hazelcast",
            "tree",
            "resident",
            "mvstore",
            "hazelcast",
            "mvstore",
            "resident",
            "hazelcast",
            "resident",
            "radix");

    private static final int WAYS = 5 * 4;

    /** No other connection begins at this address, so that the kernel gives none of its ports away once one was found to be free. */
    private static final String HOST = "127.0.0.91";

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    private org.osgi.service.cm.Configuration mvstore;
    private org.osgi.service.cm.Configuration hazelcast;
    private Path folder;
    private WorkingGuest guest;

    @Configuration
    public Option[] application() throws IOException {
        try (Stream<Path> jars = Files.list(Path.of(System.getProperty("viommu.shared")))) {
            Option[] shared =
                    jars.map(jar -> bundle("reference:" + jar.toUri())).toArray(Option[]::new);
            return new Option[] {Application.installed(), composite(shared)};
        }
    }

    @Before
    public void boot() throws Exception {
        folder = Files.createTempDirectory("every-order");
        mvstore = configurations.getConfiguration("org.viommu.mapping.mvstore", "?");
        mvstore.update(new Hashtable<>(Map.of("file", folder.resolve("store").toString())));
        hazelcast = configurations.getConfiguration("org.viommu.mapping.hazelcast", "?");
        hazelcast.update(new Hashtable<>(
                Map.of("cluster", "every-order", "address", HOST, "port", freePort(), "backups", 0, "min-members", 1)));
        guest = new WorkingGuest(context, configurations);
    }

    @After
    public void powerOff() throws Exception {
        guest.powerOff();
        mvstore.delete();
        hazelcast.delete();
    }

    @Test
    public void each_store_takes_over_from_each_other_one() throws Exception {
        Set<String> ways = new HashSet<>();
        String last = null;
        for (String next : ROUND_TRIP) {
            // No store has the name of the resident one, which takes over when no other is admitted.
            guest.admit("(viommu.store=" + next + ")");
            guest.proceedWith(next);
            guest.compare();
            assertEquals("problem of " + next, "", guest.store().problem());
            if (last != null) {
                ways.add(last + " to " + next);
            }
            last = next;
        }
        guest.end();
        assertEquals(ways.toString(), WAYS, ways.size());
        assertEquals("a round trip goes each way once", WAYS, ROUND_TRIP.size() - 1);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            return socket.getLocalPort();
        }
    }
}
