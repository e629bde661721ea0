// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.block.internal;

import java.io.IOException;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
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
import org.viommu.configuration.Change;
import org.viommu.configuration.SettingException;
import org.viommu.configuration.Settings;
import org.viommu.virtio.DeviceType;

/**
 * A configured disk: opens the file and offers the device to the hosts of its machine. It follows a change of its
 * configuration at work if it can; if not, it is offered anew.
 */
@Component(
        service = {},
        configurationPid = BlockConfiguration.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = BlockConfiguration.class, factory = true)
public final class BlockEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(BlockEndpoint.class);

    private final BundleContext context;
    private Settings<BlockConfiguration> configuration;
    private BlockSettings settings;
    private FileDisk disk;
    private BlockDevice device;
    private ServiceRegistration<DeviceType> registration;

    /**
     * Called by Declarative Services.
     *
     * @param context for registering the device
     * @param properties of the disk
     * @throws IOException if the file cannot be opened
     * @throws SettingException if one of the properties is wrong
     */
    @Activate
    public BlockEndpoint(BundleContext context, Map<String, ?> properties) throws IOException {
        this.context = context;
        configuration = read(properties);
        settings = BlockSettings.of(configuration.values());
        disk = settings.open();
        offer();
    }

    /** Called by Declarative Services. */
    @Modified
    void modify(Map<String, ?> properties) throws IOException {
        try {
            Settings<BlockConfiguration> next = read(properties);
            follow(next, BlockSettings.of(next.values()));
        } catch (IOException | IllegalArgumentException e) {
            LOG.error("disk {}: goes on as it was: {}", settings.qualifiedName(), e.getMessage());
        }
    }

    /** Hosts close their sessions while the service goes; nobody uses the file after that. */
    @Deactivate
    void close() throws IOException {
        registration.unregister();
        disk.close();
    }

    private static Settings<BlockConfiguration> read(Map<String, ?> properties) {
        return Settings.read(BlockConfiguration.PID, BlockConfiguration.class, properties);
    }

    private void follow(Settings<BlockConfiguration> next, BlockSettings nextSettings) throws IOException {
        List<Change> changes = configuration.changesTo(next);
        List<Change> disturbing = BlockSettings.disturbing(changes);
        if (disturbing.isEmpty()) {
            device.pollMaxNanos(nextSettings.pollMaxNanos());
            LOG.info("disk {}: goes on with {}", settings.qualifiedName(), changes);
        } else {
            FileDisk former = disk;
            disk = settings.sameDisk(nextSettings) ? former : nextSettings.open();
            LOG.warn("disk {}: starts anew, and its guest's driver has to: {}", settings.qualifiedName(), disturbing);
            registration.unregister();
            if (disk != former) {
                former.close();
            }
        }
        configuration = next;
        settings = nextSettings;
        if (!disturbing.isEmpty()) {
            offer();
        }
    }

    private void offer() {
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(DeviceType.MACHINE, settings.machine());
        properties.put(DeviceType.NAME, settings.name());
        device = new BlockDevice(
                settings.qualifiedName(), disk, settings.serial(), settings.rings(), settings.pollMaxNanos());
        registration = context.registerService(DeviceType.class, device, properties);
    }
}
