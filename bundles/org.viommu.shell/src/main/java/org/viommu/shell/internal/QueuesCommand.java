// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.viommu.machine.FunctionView;
import org.viommu.machine.Machine;
import org.viommu.virtio.QueueView;
import org.viommu.virtqueue.QueueProgress;

/**
 * Where the queues of each device stand, as QEMU's {@code info virtio-queue-status} shows it. The second name is one that
 * Gogo's {@code help} can find: it looks for methods, whose names have no hyphen.
 */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=queue-status", "osgi.command.function=queues"})
public final class QueuesCommand extends Command {
    private static final String NOTHING = "-";

    /**
     * One line for each queue.
     *
     * @param device machine and name
     * @param queue index
     * @param size number of entries that the driver has chosen
     * @param ready whether the driver has enabled it
     * @param layout split or packed
     * @param descriptor address of the descriptor area
     * @param driver address of the driver area
     * @param deviceArea address of the device area
     * @param available up to where the device has seen chains
     * @param popped up to where it has taken them
     * @param used up to where it has given them back
     * @param inFlight entries that it holds
     * @param kicks whether the device wants to be told of new chains; {@code no} while it watches the queue
     * @param vector MSI-X vector
     * @param fault why the device needs a reset, if this queue broke it
     */
    public record Queue(
            String device,
            int queue,
            int size,
            boolean ready,
            String layout,
            Address descriptor,
            Address driver,
            Address deviceArea,
            String available,
            String popped,
            String used,
            String inFlight,
            String kicks,
            String vector,
            String fault) {}

    private final Inventory inventory;

    /**
     * Called by Declarative Services.
     *
     * @param inventory what there is
     */
    @Activate
    public QueuesCommand(@Reference Inventory inventory) {
        super("queue-status", inventory);
        this.inventory = inventory;
    }

    /** One line for each queue. */
    @Descriptor(
            "where the queues of each device stand: size, addresses, indices, what is in flight, vector, what broke")
    public Object queues(
            @Descriptor(Help.MACHINE)
                    @Parameter(
                            names = {"-m", "--machine"},
                            absentValue = "")
                    String machine,
            @Descriptor(Help.FUNCTION)
                    @Parameter(
                            names = {"-f", "--function"},
                            absentValue = "")
                    String function,
            @Descriptor(Help.JSON)
                    @Parameter(
                            names = {"--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json) {
        List<Queue> queues = inventory
                .functions(machine, function)
                .flatMap(it -> queues(it.device(), it.machine(), it.name()))
                .toList();
        return Table.of(Queue.class, queues, queues.isEmpty() ? "no device is offered" : "")
                .as(json);
    }

    private static Stream<Queue> queues(String device, Machine machine, String function) {
        return machine.view(function).stream()
                .flatMap(view ->
                        IntStream.range(0, view.device().queues().size()).mapToObj(i -> queue(device, view, i)));
    }

    private static Queue queue(String device, FunctionView view, int index) {
        QueueView queue = view.device().queues().get(index);
        OptionalInt vector = view.queueVectors().get(index);
        return new Queue(
                device,
                index,
                queue.size(),
                queue.enabled(),
                of(queue, it -> it.packed() ? "packed" : "split"),
                new Address(queue.descriptorArea()),
                new Address(queue.driverArea()),
                new Address(queue.deviceArea()),
                of(queue, it -> position(it, it.available())),
                of(queue, it -> position(it, it.popped())),
                of(queue, it -> position(it, it.used())),
                of(queue, QueueProgress::inFlight),
                of(queue, it -> it.kicksWanted() ? "yes" : "no"),
                vector.isPresent() ? Integer.toString(vector.getAsInt()) : NOTHING,
                queue.fault().isEmpty() ? NOTHING : queue.fault());
    }

    private static String of(QueueView queue, java.util.function.Function<QueueProgress, Object> part) {
        return queue.progress().map(part).map(Object::toString).orElse(NOTHING);
    }

    /** An index, or the slot and the wrap counter of a packed ring. */
    private static String position(QueueProgress progress, int position) {
        return progress.packed()
                ? (position & QueueProgress.SLOT_MASK) + (position > QueueProgress.SLOT_MASK ? "w1" : "w0")
                : Integer.toString(position);
    }
}
