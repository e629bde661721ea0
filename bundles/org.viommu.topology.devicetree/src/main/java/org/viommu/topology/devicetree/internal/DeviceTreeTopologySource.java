// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.io.IOException;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.Designate;
import org.viommu.configuration.Settings;
import org.viommu.topology.PublishedTopology;
import org.viommu.topology.PublishedTopology.Content;
import org.viommu.topology.TopologyFile;

/**
 * Gives the topology that a devicetree blob describes. When its configuration changes, the file is read again and the new graph takes the place of the old one; if
 * that fails, the old one stays.
 */
@Component(
        service = {},
        configurationPid = DeviceTreeTopologyConfiguration.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DeviceTreeTopologyConfiguration.class, factory = true)
public final class DeviceTreeTopologySource {
    private final PublishedTopology published;

    /**
     * Called by Declarative Services.
     *
     * @param context for registering the service
     * @param properties of this source
     * @throws IOException if the file cannot be read
     */
    @Activate
    public DeviceTreeTopologySource(BundleContext context, Map<String, ?> properties) throws IOException {
        published = new PublishedTopology(context, DeviceTreeReader.DEVICETREE, read(properties));
    }

    @Modified
    void modify(Map<String, ?> properties) {
        published.follow(() -> read(properties));
    }

    @Deactivate
    void close() {
        published.close();
    }

    private static Content read(Map<String, ?> properties) throws IOException {
        String pid = DeviceTreeTopologyConfiguration.PID;
        DeviceTreeTopologyConfiguration configuration = Settings.read(
                        pid, DeviceTreeTopologyConfiguration.class, properties)
                .values();
        return new Content(
                Content.machines(pid, "machine", configuration.machine()),
                configuration.file(),
                new TopologyFile(pid, "file", configuration.file()).read(new DeviceTreeReader()));
    }
}
