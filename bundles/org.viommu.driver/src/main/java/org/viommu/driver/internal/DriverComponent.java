// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.driver.DriverException;
import org.viommu.driver.GuestIommu;
import org.viommu.driver.ReachableDevice;

/** Drives each IOMMU that can be reached, and lends it to others as a service. */
@Component(service = {})
public final class DriverComponent {
    private static final Logger LOG = LoggerFactory.getLogger(GuestIommu.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private record Driven(GuestIommu iommu, ServiceRegistration<GuestIommu> registration) {}

    private final BundleContext context;
    private final Map<ReachableDevice, Driven> driven = new HashMap<>();

    /**
     * Begins without devices.
     *
     * @param context of this bundle
     */
    @Activate
    public DriverComponent(BundleContext context) {
        this.context = context;
    }

    /** A device that does not work is told in one line; others go on. */
    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void addDevice(ReachableDevice device, Map<String, Object> properties) {
        try {
            GuestIommu iommu = GuestIommu.start(device.open(), device.memory(), TIMEOUT);
            driven.put(device, new Driven(iommu, context.registerService(GuestIommu.class, iommu, own(properties))));
        } catch (IOException | DriverException | IllegalArgumentException e) {
            LOG.warn("IOMMU {} cannot be driven: {}", own(properties), e.getMessage());
        }
    }

    private static Hashtable<String, Object> own(Map<String, Object> properties) {
        Hashtable<String, Object> own = new Hashtable<>(properties);
        own.keySet().removeIf(key -> key.startsWith("service.") || key.equals(Constants.OBJECTCLASS));
        return own;
    }

    /** Its users have let go when this returns; then the device is reset. */
    synchronized void removeDevice(ReachableDevice device) {
        Driven gone = driven.remove(device);
        if (gone != null) {
            gone.registration().unregister();
            gone.iommu().close();
        }
    }

    /** Lets all devices go. */
    @Deactivate
    synchronized void close() {
        new HashMap<>(driven).keySet().forEach(this::removeDevice);
    }
}
