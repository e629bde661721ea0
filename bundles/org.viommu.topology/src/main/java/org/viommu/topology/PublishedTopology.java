// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology;

import java.io.IOException;
import java.util.Arrays;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A topology that a source offers as a service and may replace: it keeps the contract of {@link TopologySource} about changes, and logs what is wrong.
 *
 * <p>Thread-safe.
 */
public final class PublishedTopology implements TopologySource, AutoCloseable {
    /** More lines would hide the first ones, which tell most. */
    private static final int MOST_PROBLEMS_LOGGED = 10;

    private static final Logger LOG = LoggerFactory.getLogger(PublishedTopology.class);

    private final String name;
    private final ServiceRegistration<TopologySource> registration;
    private volatile Topology topology;
    private long revision;

    /**
     * Registers the service.
     *
     * @param context of the source's bundle
     * @param name value of {@link #NAME}
     * @param content what it offers
     */
    public PublishedTopology(BundleContext context, String name, Content content) {
        this.name = name;
        topology = content.topology();
        report(content);
        registration = context.registerService(TopologySource.class, this, properties(content));
    }

    /**
     * What a source offers.
     *
     * @param machines names of the machines that the topology describes
     * @param origin value of {@link #ORIGIN}
     * @param topology the graph
     */
    public record Content(List<String> machines, String origin, Topology topology) {
        /** Copies the list. */
        public Content {
            machines = List.copyOf(machines);
        }

        /**
         * Checks the names in a configuration.
         *
         * @param pid of the configuration
         * @param key whose value the names are
         * @param machines the names
         * @return the names without space around them
         * @throws IllegalArgumentException naming PID and key if there is none, or an empty one
         */
        public static List<String> machines(String pid, String key, String... machines) {
            if (machines == null
                    || machines.length == 0
                    || Arrays.stream(machines).anyMatch(String::isBlank)) {
                throw new IllegalArgumentException(pid + ": " + key + ": must not be empty");
            }
            return Arrays.stream(machines).map(String::strip).toList();
        }
    }

    /** Reads what a source offers. */
    @FunctionalInterface
    public interface Reading {
        /**
         * Reads it.
         *
         * @return what the source offers
         * @throws IOException in one line, if it cannot be read
         * @throws IllegalArgumentException in one line, if it or its configuration is wrong
         */
        Content read() throws IOException;
    }

    /**
     * Offers what a configuration says that has changed. If that is wrong, which is logged in one line, nothing changes.
     *
     * @param reading reads it
     */
    public void follow(Reading reading) {
        try {
            replace(reading.read());
        } catch (IOException | IllegalArgumentException e) {
            LOG.error("topology {}: stays as it was: {}", name, e.getMessage());
        }
    }

    /**
     * Offers something else from now on.
     *
     * @param content what
     */
    public synchronized void replace(Content content) {
        topology = content.topology();
        revision++;
        report(content);
        registration.setProperties(properties(content));
    }

    @Override
    public Topology topology() {
        return topology;
    }

    /** Unregisters the service. */
    @Override
    public void close() {
        registration.unregister();
    }

    private Dictionary<String, Object> properties(Content content) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(MACHINE, content.machines().toArray(String[]::new));
        properties.put(NAME, name);
        properties.put(ORIGIN, content.origin());
        properties.put(REVISION, revision);
        return properties;
    }

    private void report(Content content) {
        List<Problem> problems = content.topology().problems();
        problems.stream()
                .limit(MOST_PROBLEMS_LOGGED)
                .forEach(problem -> LOG.warn(
                        "topology of {}, {} {}: {}",
                        String.join(", ", content.machines()),
                        name,
                        content.origin(),
                        problem));
        if (problems.size() > MOST_PROBLEMS_LOGGED) {
            LOG.warn(
                    "topology of {}, {} {}: {} more",
                    String.join(", ", content.machines()),
                    name,
                    content.origin(),
                    problems.size() - MOST_PROBLEMS_LOGGED);
        }
    }
}
