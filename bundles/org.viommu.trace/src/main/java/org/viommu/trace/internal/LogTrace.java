// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.trace.internal;

import java.util.HashMap;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.configuration.Settings;
import org.viommu.iommu.IommuStatus;
import org.viommu.iommu.trace.TraceListener;
import org.viommu.iommu.trace.TraceRecord;

/** Writes the trace into the log, line by line as QEMU does. */
@Component(
        service = LogTrace.class,
        immediate = true,
        configurationPid = LogConfiguration.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = LogConfiguration.class)
public final class LogTrace implements TraceListener {
    private static final Logger LOG = LoggerFactory.getLogger("org.viommu.trace");

    private final ServiceRegistration<TraceListener> registration;

    /**
     * Called by Declarative Services.
     *
     * @param context for listening
     * @param given of {@link LogConfiguration}
     */
    @Activate
    public LogTrace(BundleContext context, Map<String, ?> given) {
        LogConfiguration configuration = Settings.read(LogConfiguration.PID, LogConfiguration.class, given)
                .values();
        Map<String, Object> properties = new HashMap<>();
        put(properties, IommuStatus.MACHINE, configuration.machine());
        put(properties, IommuStatus.NAME, configuration.name());
        registration = context.registerService(TraceListener.class, this, FrameworkUtil.asDictionary(properties));
    }

    /** Ends listening. */
    @Deactivate
    void close() {
        registration.unregister();
    }

    @Override
    public void traced(TraceRecord record) {
        LOG.info("{}: {}", record.device(), record.event().line());
    }

    @Override
    public void dropped(String device, long count) {
        LOG.warn("{}: {} trace events came too fast and were dropped", device, count);
    }

    private static void put(Map<String, Object> properties, String key, String value) {
        if (!value.isEmpty()) {
            properties.put(key, value);
        }
    }
}
