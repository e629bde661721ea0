// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.configuration.SettingException;
import org.viommu.configuration.Settings;
import org.viommu.dma.DmaTranslator;
import org.viommu.machine.FunctionStatus;
import org.viommu.machine.FunctionView;
import org.viommu.machine.Machine;
import org.viommu.machine.SavedFunction;
import org.viommu.machine.SavedMachine;
import org.viommu.topology.Problem;
import org.viommu.topology.TopologySource;
import org.viommu.topology.TopologySources;
import org.viommu.virtio.DeviceType;

/**
 * Keeps the functions of one machine in step with the services that come and go: what can be built is offered, what has lost a part is taken back before the
 * part goes.
 *
 * <p>Service events arrive on any thread; each is worked off under one lock before the event returns, so that a departing service is not used any more.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = MachineConfiguration.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = MachineConfiguration.class, factory = true)
@Capability(
        namespace = "osgi.service",
        effective = "active",
        attribute = "objectClass:List<String>=\"org.viommu.machine.Machine,org.viommu.transport.pci.PciFunction\"")
public final class MachineComponent implements Machine {
    private static final Logger LOG = LoggerFactory.getLogger(MachineComponent.class);

    private final BundleContext context;
    private final String name;
    private ServiceRegistration<Machine> registration;
    private List<FunctionSpec> specs;
    private final Map<String, DeviceType> types = new HashMap<>();
    private final Map<String, DmaTranslator> translators = new HashMap<>();
    private final TopologySources sources;
    private final Map<FunctionSpec, HostedFunction> hosted = new HashMap<>();
    private final Map<FunctionSpec, Blueprint> plans = new HashMap<>();
    private List<Problem> problems = List.of();
    private boolean closed;

    /**
     * Called by Declarative Services.
     *
     * @param context for registering the functions
     * @param properties of the machine
     */
    @Activate
    public MachineComponent(BundleContext context, Map<String, ?> properties) {
        this.context = context;
        MachineConfiguration configuration = read(properties);
        name = configuration.name();
        if (name.isBlank()) {
            throw new SettingException(MachineConfiguration.PID, "name", "must not be empty");
        }
        sources = new TopologySources(name);
        specs = FunctionSpec.parseAll(configuration.functions());
        assemble();
    }

    /** Called by Declarative Services when the parts that are there have been bound. */
    @Activate
    void register() {
        registration =
                context.registerService(Machine.class, this, FrameworkUtil.asDictionary(Map.of(Machine.NAME, name)));
    }

    /** Functions that are not configured any more go, new ones come, and the others do not notice. */
    @Modified
    void modify(Map<String, ?> properties) {
        try {
            MachineConfiguration configuration = read(properties);
            if (!name.equals(configuration.name())) {
                throw new SettingException(
                        MachineConfiguration.PID,
                        "name",
                        configuration.name(),
                        "a machine keeps its name, which is " + name);
            }
            offer(FunctionSpec.parseAll(configuration.functions()));
        } catch (IllegalArgumentException e) {
            LOG.error("machine {}: goes on as it was: {}", name, e.getMessage());
        }
    }

    private static MachineConfiguration read(Map<String, ?> properties) {
        return Settings.read(MachineConfiguration.PID, MachineConfiguration.class, properties)
                .values();
    }

    private synchronized void offer(List<FunctionSpec> next) {
        for (FunctionSpec spec : specs) {
            if (!next.contains(spec)) {
                plans.remove(spec);
                HostedFunction gone = hosted.remove(spec);
                if (gone != null) {
                    gone.close();
                }
            }
        }
        specs = next;
        assemble();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public synchronized List<FunctionStatus> functions() {
        return specs.stream().map(spec -> status(spec, plans.get(spec))).toList();
    }

    @Override
    public synchronized Optional<FunctionView> view(String function) {
        return specs.stream()
                .filter(spec -> spec.name().equals(function) && hosted.containsKey(spec))
                .findFirst()
                .map(spec -> hosted.get(spec).function().view());
    }

    @Override
    public synchronized SavedMachine save(Set<String> functions) {
        try (Standstill standstill = new Standstill(offered(functions))) {
            return standstill.save(name);
        }
    }

    @Override
    public synchronized void restore(List<SavedFunction> functions) {
        Set<String> names = functions.stream().map(SavedFunction::name).collect(Collectors.toSet());
        try (Standstill standstill = new Standstill(offered(names))) {
            standstill.restore(functions);
        }
    }

    private List<HostedFunction> offered(Set<String> functions) {
        return functions.stream().map(this::offered).toList();
    }

    private HostedFunction offered(String function) {
        FunctionSpec spec = specs.stream()
                .filter(it -> it.name().equals(function))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("machine " + name + " has no function '" + function + "'"));
        HostedFunction found = hosted.get(spec);
        if (found == null) {
            throw new IllegalStateException(name + "/" + status(spec, plans.get(spec)));
        }
        return found;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindType(DeviceType type, Map<String, Object> properties) {
        if (ours(properties)) {
            types.put(nameOf(properties), type);
            assemble();
        }
    }

    synchronized void unbindType(DeviceType type, Map<String, Object> properties) {
        if (types.remove(nameOf(properties), type)) {
            assemble();
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindTranslator(DmaTranslator translator, Map<String, Object> properties) {
        if (ours(properties)) {
            translators.put(nameOf(properties), translator);
            assemble();
        }
    }

    synchronized void unbindTranslator(DmaTranslator translator, Map<String, Object> properties) {
        if (translators.remove(nameOf(properties), translator)) {
            assemble();
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC, updated = "bindTopology")
    synchronized void bindTopology(TopologySource source, Map<String, Object> properties) {
        if (sources.put(source, properties)) {
            report();
            assemble();
        }
    }

    synchronized void unbindTopology(TopologySource source) {
        if (sources.remove(source)) {
            report();
            assemble();
        }
    }

    @Deactivate
    void close() {
        HostedFunction.withdraw(registration);
        synchronized (this) {
            closed = true;
            hosted.values().forEach(HostedFunction::close);
            hosted.clear();
        }
    }

    private boolean ours(Map<String, Object> properties) {
        return name.equals(properties.get(DeviceType.MACHINE)) && properties.get(DeviceType.NAME) instanceof String;
    }

    private static String nameOf(Map<String, Object> properties) {
        return String.valueOf(properties.get(DeviceType.NAME));
    }

    /** Logs where topology sources contradict each other, once for as long as it lasts; sources tell their own problems. */
    private void report() {
        List<Problem> present = sources.contradictions();
        present.stream().filter(it -> !problems.contains(it)).forEach(it -> LOG.warn("{}: topology: {}", name, it));
        problems = present;
    }

    private synchronized void assemble() {
        if (closed) {
            return;
        }
        Architect architect = new Architect(specs, types, translators, sources.topology());
        for (FunctionSpec spec : specs) {
            Blueprint plan = architect.plan(spec);
            if (!plan.equals(plans.put(spec, plan))) {
                rebuild(spec, plan);
            }
        }
    }

    private void rebuild(FunctionSpec spec, Blueprint plan) {
        HostedFunction old = hosted.remove(spec);
        if (old != null) {
            old.close();
        }
        if (!(plan instanceof Blueprint.Missing)) {
            hosted.put(spec, HostedFunction.open(context, name, spec, plan));
        }
        if (old != null || hosted.containsKey(spec)) {
            LOG.info("{}/{}", name, status(spec, plan));
        }
    }

    private static FunctionStatus status(FunctionSpec spec, Blueprint plan) {
        Optional<String> missing =
                plan instanceof Blueprint.Missing nothing ? Optional.of(nothing.reason()) : Optional.empty();
        return new FunctionStatus(spec.name(), spec.address(), spec.socket(), missing);
    }
}
