// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block.internal;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.viommu.endpoint.block.BlockRequestLayout;
import org.viommu.virtio.DeviceType;
import org.viommu.virtqueue.RingFeatures;

/** A configured disk: opens the file and offers the device to the hosts of its machine. */
@Component(
        service = {},
        configurationPid = BlockConfiguration.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = BlockConfiguration.class, factory = true)
public final class BlockEndpoint {
    private static final int MAX_POLL_NANOS = 1_000_000_000;

    private final FileDisk disk;
    private final ServiceRegistration<DeviceType> registration;

    /**
     * Called by Declarative Services.
     *
     * @param context for registering the device
     * @param configuration of the disk
     * @throws IOException if the file cannot be opened
     */
    @Activate
    public BlockEndpoint(BundleContext context, BlockConfiguration configuration) throws IOException {
        String machine = required("machine", configuration.machine());
        String name = required("name", configuration.name());
        String serial = serial(configuration, name);
        int pollMaxNanos = pollMaxNanos(configuration.poll$_$max$_$ns());
        disk = open(configuration);
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(DeviceType.MACHINE, machine);
        properties.put(DeviceType.NAME, name);
        long rings = RingFeatures.offer(configuration.packed(), configuration.in__order());
        registration = context.registerService(
                DeviceType.class, new BlockDevice(machine + "/" + name, disk, serial, rings, pollMaxNanos), properties);
    }

    /** Hosts close their sessions while the service goes; nobody uses the file after that. */
    @Deactivate
    void close() throws IOException {
        registration.unregister();
        disk.close();
    }

    private static String required(String key, String value) {
        if (value == null || value.isBlank()) {
            throw refused(key, "must not be empty");
        }
        return value;
    }

    private static String serial(BlockConfiguration configuration, String name) {
        String serial = configuration.serial();
        if (serial.isEmpty()) {
            String ascii = name.replaceAll("[^\\x21-\\x7e]", "_");
            return ascii.substring(0, Math.min(ascii.length(), BlockRequestLayout.ID_SIZE));
        }
        if (serial.length() > BlockRequestLayout.ID_SIZE || !serial.matches("[\\x20-\\x7e]*")) {
            throw refused(
                    "serial",
                    "'" + serial + "' is not at most " + BlockRequestLayout.ID_SIZE + " printable ASCII characters");
        }
        return serial;
    }

    private static int pollMaxNanos(int nanos) {
        if (nanos < 0 || nanos > MAX_POLL_NANOS) {
            throw refused("poll-max-ns", nanos + " is not in 0.." + MAX_POLL_NANOS);
        }
        return nanos;
    }

    private static FileDisk open(BlockConfiguration configuration) throws IOException {
        String file = required("file", configuration.file());
        try {
            return FileDisk.open(Path.of(file), configuration.read$_$only());
        } catch (InvalidPathException e) {
            throw refused("file", "'" + file + "' is no path");
        } catch (IllegalArgumentException e) {
            throw refused("file", e.getMessage());
        } catch (IOException e) {
            throw new IOException(BlockConfiguration.PID + ": file: cannot open " + file + ": " + e, e);
        }
    }

    private static IllegalArgumentException refused(String key, String why) {
        return new IllegalArgumentException(BlockConfiguration.PID + ": " + key + ": " + why);
    }
}
