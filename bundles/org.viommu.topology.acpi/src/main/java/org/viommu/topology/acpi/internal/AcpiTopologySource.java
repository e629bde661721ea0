// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.acpi.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.topology.Problem;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.TopologySource;

/**
 * Gives the topology that a VIOT file describes. When its configuration changes, the file is read again and the new graph takes the place of the old one; if
 * that fails, the old one stays.
 */
@Component(
        service = {},
        configurationPid = AcpiTopologyConfiguration.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = AcpiTopologyConfiguration.class, factory = true)
public final class AcpiTopologySource implements TopologySource {
    /** Far above any table that a guest could read; keeps a wrong path from filling the heap. */
    private static final int LARGEST_FILE = 16 << 20;

    /** More lines would hide the first ones, which tell most. */
    private static final int MOST_PROBLEMS_LOGGED = 10;

    private static final Logger LOG = LoggerFactory.getLogger(AcpiTopologySource.class);

    private final ServiceRegistration<TopologySource> registration;
    private volatile Topology topology;
    private long revision;

    /**
     * Called by Declarative Services.
     *
     * @param context for registering the service
     * @param configuration of this source
     * @throws IOException if the file cannot be read
     */
    @Activate
    public AcpiTopologySource(BundleContext context, AcpiTopologyConfiguration configuration) throws IOException {
        topology = read(configuration);
        registration = context.registerService(TopologySource.class, this, properties(configuration));
    }

    @Modified
    void modify(AcpiTopologyConfiguration configuration) throws IOException {
        topology = read(configuration);
        revision++;
        registration.setProperties(properties(configuration));
    }

    @Deactivate
    void close() {
        registration.unregister();
    }

    @Override
    public Topology topology() {
        return topology;
    }

    private Dictionary<String, Object> properties(AcpiTopologyConfiguration configuration) {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(MACHINE, configuration.machine());
        properties.put(NAME, "acpi");
        properties.put(REVISION, revision);
        return properties;
    }

    private static Topology read(AcpiTopologyConfiguration configuration) throws IOException {
        String machine = required("machine", configuration.machine());
        String file = required("file", configuration.file());
        Topology topology;
        try {
            topology = new ViotReader().read(bytes(file));
        } catch (TopologyFormatException e) {
            throw new IllegalArgumentException(
                    AcpiTopologyConfiguration.PID + ": file: " + file + ": " + e.getMessage(), e);
        }
        report(machine, file, topology.problems());
        return topology;
    }

    private static String required(String key, String value) {
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(AcpiTopologyConfiguration.PID + ": " + key + ": must not be empty");
        }
        return value;
    }

    private static byte[] bytes(String file) throws IOException {
        try (InputStream stream = Files.newInputStream(Path.of(file))) {
            byte[] bytes = stream.readNBytes(LARGEST_FILE + 1);
            if (bytes.length > LARGEST_FILE) {
                throw new IllegalArgumentException(AcpiTopologyConfiguration.PID + ": file: " + file
                        + " is larger than " + LARGEST_FILE + " bytes; it is no VIOT");
            }
            return bytes;
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException(AcpiTopologyConfiguration.PID + ": file: '" + file + "' is no path", e);
        } catch (IOException e) {
            throw new IOException(AcpiTopologyConfiguration.PID + ": file: cannot read " + file + ": " + e, e);
        }
    }

    private static void report(String machine, String file, List<Problem> problems) {
        problems.stream()
                .limit(MOST_PROBLEMS_LOGGED)
                .forEach(problem -> LOG.warn("topology of {}, {}: {}", machine, file, problem));
        if (problems.size() > MOST_PROBLEMS_LOGGED) {
            LOG.warn("topology of {}, {}: {} more", machine, file, problems.size() - MOST_PROBLEMS_LOGGED);
        }
    }
}
