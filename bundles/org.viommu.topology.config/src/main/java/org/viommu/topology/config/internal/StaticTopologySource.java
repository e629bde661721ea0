// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.config.internal;

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
import org.viommu.topology.Topology;

/** Gives the topology that its configuration describes, from each change of that on a new one; if the change is wrong, the old one stays. */
@Component(
        service = {},
        configurationPid = StaticTopologyConfiguration.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = StaticTopologyConfiguration.class, factory = true)
public final class StaticTopologySource {
    private final PublishedTopology published;

    /**
     * Called by Declarative Services.
     *
     * @param context for registering the service
     * @param properties of this source
     */
    @Activate
    public StaticTopologySource(BundleContext context, Map<String, ?> properties) {
        published = new PublishedTopology(context, "static", content(properties));
    }

    @Modified
    void modify(Map<String, ?> properties) {
        published.follow(() -> content(properties));
    }

    @Deactivate
    void close() {
        published.close();
    }

    private static Content content(Map<String, ?> properties) {
        String pid = StaticTopologyConfiguration.PID;
        StaticTopologyConfiguration configuration = Settings.read(pid, StaticTopologyConfiguration.class, properties)
                .values();
        Topology.Builder topology = Topology.builder();
        TopologySyntax syntax = new TopologySyntax(pid, topology);
        syntax.addEndpoints("endpoints", configuration.endpoints());
        syntax.addUntranslated("untranslated", configuration.untranslated());
        return new Content(Content.machines(pid, "machine", configuration.machine()), pid, topology.build());
    }
}
