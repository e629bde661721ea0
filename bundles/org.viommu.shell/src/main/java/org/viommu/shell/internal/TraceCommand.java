// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.viommu.iommu.IommuStatus;
import org.viommu.iommu.trace.TraceListener;
import org.viommu.iommu.trace.TraceRecord;
import org.viommu.shell.internal.Devices.Device;

/** Follows what IOMMUs do, event by event. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=trace"})
public final class TraceCommand extends Command {
    private static final String ALL = "all";
    private static final String IS_OFF = "the trace is off; viommu:trace on begins one";

    /**
     * A trace that is on, or was until now.
     *
     * @param traced the device; {@code all} if all are
     * @param events how many there were
     * @param dropped how many more got lost
     */
    public record State(String traced, long events, long dropped) {}

    /**
     * Something that happened.
     *
     * @param time when
     * @param device to which
     * @param event what, with the name that QEMU has for it
     * @param fields of the event, as QEMU writes them
     */
    public record Event(Instant time, String device, String event, String fields) {
        static Event of(TraceRecord record) {
            return new Event(
                    record.time(),
                    record.device(),
                    record.event().name(),
                    record.event().fields());
        }
    }

    /** A trace that is on. */
    private record Running(String traced, TraceBuffer buffer, ServiceRegistration<TraceListener> registration) {
        State state() {
            return new State(traced, buffer.heard(), buffer.dropped());
        }
    }

    private final BundleContext context;
    private final Inventory inventory;

    /** Null while the trace is off. */
    private Running running;

    /**
     * Called by Declarative Services.
     *
     * @param context for listening
     * @param inventory what there is
     */
    @Activate
    public TraceCommand(BundleContext context, @Reference Inventory inventory) {
        super("trace", inventory);
        this.context = context;
        this.inventory = inventory;
    }

    /** Ends the trace with the shell. */
    @Deactivate
    synchronized void end() {
        if (running != null) {
            running.registration().unregister();
            running = null;
        }
    }

    @Override
    Stream<String> values(String parameter) {
        return parameter.equals("ACTION") ? Stream.of("on", "show", "off") : super.values(parameter);
    }

    /** Begins, shows or ends a trace. */
    @Descriptor("the events of IOMMUs, with QEMU's names and fields")
    public synchronized Object trace(
            @Descriptor("MACHINE/NAME of the IOMMU to be traced; all of them unless given")
                    @Parameter(
                            names = {"-d", "--device"},
                            absentValue = "")
                    String device,
            @Descriptor("how many events to show, the last ones, 1 to " + TraceBuffer.CAPACITY)
                    @Parameter(
                            names = {"-n", "--limit"},
                            absentValue = "50")
                    int limit,
            @Descriptor(Help.JSON)
                    @Parameter(
                            names = {"--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json,
            @Descriptor("ACTION: 'on' begins to keep events, 'show' lists them, 'off' ends it and forgets them")
                    String action) {
        return switch (action) {
            case "on" -> on(device).as(json);
            case "off" -> off().as(json);
            case "show" -> show(limit).as(json);
            default -> throw new IllegalArgumentException("ACTION: '" + action + "': allowed are on, show and off");
        };
    }

    private Table<State> on(String name) {
        Map<String, Object> properties = new HashMap<>();
        if (!name.isEmpty()) {
            Device device = inventory.iommus().one(name);
            properties.put(IommuStatus.MACHINE, device.snapshot().machine());
            properties.put(IommuStatus.NAME, device.snapshot().name());
        }
        end();
        TraceBuffer buffer = new TraceBuffer();
        running = new Running(
                name.isEmpty() ? ALL : name,
                buffer,
                context.registerService(TraceListener.class, buffer, FrameworkUtil.asDictionary(properties)));
        return Table.of(State.class, List.of(running.state()), "");
    }

    private Table<State> off() {
        Running ending = running;
        end();
        return ending == null
                ? Table.of(State.class, List.of(), IS_OFF)
                : Table.of(State.class, List.of(ending.state()), "");
    }

    private Table<Event> show(int limit) {
        if (limit < 1 || limit > TraceBuffer.CAPACITY) {
            throw new IllegalArgumentException("--limit: " + limit + ": allowed are 1 to " + TraceBuffer.CAPACITY);
        }
        if (running == null) {
            return Table.of(Event.class, List.of(), IS_OFF);
        }
        State state = running.state();
        return Table.of(
                Event.class,
                running.buffer().last(limit).stream().map(Event::of).toList(),
                "%,d events, %,d more dropped".formatted(state.events(), state.dropped()));
    }
}
