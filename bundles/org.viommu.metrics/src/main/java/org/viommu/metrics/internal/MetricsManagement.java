// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.viommu.metrics.Metrics;

/** Keeps one MBean with all metrics in the platform's server. */
@Component(service = MetricsManagement.class, immediate = true)
public final class MetricsManagement {
    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final ObjectName name;

    /**
     * Called by Declarative Services.
     *
     * @param metrics that are shown
     * @throws JMException if the server has such an MBean already, of another framework in the process
     */
    @Activate
    public MetricsManagement(@Reference Metrics metrics) throws JMException {
        name = new ObjectName("org.viommu:type=Metrics");
        server.registerMBean(new MetricsBean(metrics), name);
    }

    /** Takes it away. */
    @Deactivate
    void close() throws JMException {
        server.unregisterMBean(name);
    }
}
