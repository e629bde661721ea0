// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.trace.internal;

import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Recording;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.viommu.iommu.trace.TraceListener;
import org.viommu.iommu.trace.TraceRecord;

/** Writes the trace into flight recordings, while there is one that has the event enabled: else nothing listens. */
@Component(service = FlightTrace.class, immediate = true)
public final class FlightTrace implements TraceListener, FlightRecorderListener {
    private final BundleContext context;
    private final EventType type;

    /** Null while no recording wants the events. */
    private ServiceRegistration<TraceListener> registration;

    private boolean closed;

    /**
     * Called by Declarative Services.
     *
     * @param context for listening
     */
    @Activate
    public FlightTrace(BundleContext context) {
        this.context = context;
        FlightRecorder.register(FlightEvent.class);
        FlightRecorder.register(FlightDrops.class);
        type = EventType.getEventType(FlightEvent.class);
        FlightRecorder.addListener(this);
        follow();
    }

    /** Ends listening; the recordings keep what they have. */
    @Deactivate
    void close() {
        FlightRecorder.removeListener(this);
        synchronized (this) {
            closed = true;
            follow();
        }
        FlightRecorder.unregister(FlightEvent.class);
        FlightRecorder.unregister(FlightDrops.class);
    }

    @Override
    public void recordingStateChanged(Recording recording) {
        follow();
    }

    @Override
    public void traced(TraceRecord record) {
        new FlightEvent(record).commit();
    }

    @Override
    public void dropped(String device, long count) {
        new FlightDrops(device, count).commit();
    }

    private synchronized void follow() {
        boolean wanted = !closed && type.isEnabled();
        if (wanted && registration == null) {
            registration = context.registerService(TraceListener.class, this, null);
        } else if (!wanted && registration != null) {
            registration.unregister();
            registration = null;
        }
    }
}
