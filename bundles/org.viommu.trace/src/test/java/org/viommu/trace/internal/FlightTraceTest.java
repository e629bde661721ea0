// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.trace.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.viommu.iommu.trace.TraceEvent;
import org.viommu.iommu.trace.TraceListener;
import org.viommu.iommu.trace.TraceRecord;

class FlightTraceTest {
    private final AtomicReference<TraceListener> registered = new AtomicReference<>();
    private final FlightTrace trace = new FlightTrace(context());

    @AfterEach
    void close() {
        trace.close();
        assertThat(registered).hasNullValue();
    }

    @Test
    void it_listens_only_while_a_recording_wants_its_events(@TempDir Path folder) throws IOException {
        try (Recording other = new Recording()) {
            other.start();
            assertThat(registered).hasNullValue();
        }
        Path file = folder.resolve("trace.jfr");
        try (Recording recording = new Recording()) {
            recording.enable(FlightEvent.NAME);
            recording.start();
            registered.get().traced(new TraceRecord("vm/iommu0", Instant.EPOCH, new TraceEvent.Attach(7, 16)));
            registered.get().dropped("vm/iommu0", 3);
            recording.stop();
            recording.dump(file);
        }
        assertThat(registered).hasNullValue();
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);
        assertThat(events)
                .filteredOn(it -> it.getEventType().getName().equals(FlightEvent.NAME))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.getString("device")).isEqualTo("vm/iommu0");
                    assertThat(event.getString("event")).isEqualTo("virtio_iommu_attach");
                    assertThat(event.getString("fields")).isEqualTo("domain=7 endpoint=16");
                    assertThat(event.getInstant("time")).isEqualTo(Instant.EPOCH);
                });
        assertThat(events)
                .filteredOn(it -> it.getEventType().getName().equals("org.viommu.TraceDropped"))
                .singleElement()
                .satisfies(event -> assertThat(event.getLong("count")).isEqualTo(3));
    }

    private BundleContext context() {
        return (BundleContext) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {BundleContext.class}, (proxy, method, arguments) -> {
                    registered.set((TraceListener) arguments[1]);
                    return registration();
                });
    }

    private ServiceRegistration<?> registration() {
        return (ServiceRegistration<?>) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ServiceRegistration.class}, (proxy, method, arguments) -> {
                    registered.set(null);
                    return null;
                });
    }
}
