// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.iommu.IommuStatus;

/** Keeps an MBean for each IOMMU in the platform's server. */
@Component(service = ManagementBeans.class, immediate = true)
public final class ManagementBeans {
    private static final Logger LOG = LoggerFactory.getLogger(ManagementBeans.class);

    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final Map<IommuStatus, ObjectName> names = new HashMap<>();

    /** Called by Declarative Services. */
    @Activate
    public ManagementBeans() {}

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindIommu(IommuStatus iommu, Map<String, Object> properties) {
        try {
            ObjectName name = name(properties.get(IommuStatus.MACHINE), properties.get(IommuStatus.NAME));
            server.registerMBean(new IommuBean(iommu), name);
            names.put(iommu, name);
        } catch (JMException e) {
            LOG.warn("JMX does not show IOMMU {}: {}", properties.get(IommuStatus.NAME), e.toString());
        }
    }

    synchronized void unbindIommu(IommuStatus iommu) {
        ObjectName name = names.remove(iommu);
        if (name != null) {
            remove(name);
        }
    }

    /** Takes all away. */
    @Deactivate
    synchronized void close() {
        names.values().forEach(this::remove);
        names.clear();
    }

    /** The name of a device's MBean. */
    static ObjectName name(Object machine, Object device) throws MalformedObjectNameException {
        return new ObjectName("org.viommu:type=Iommu,machine=%s,name=%s"
                .formatted(ObjectName.quote(String.valueOf(machine)), ObjectName.quote(String.valueOf(device))));
    }

    private void remove(ObjectName name) {
        try {
            server.unregisterMBean(name);
        } catch (JMException e) {
            LOG.debug("{} is gone already", name);
        }
    }
}
