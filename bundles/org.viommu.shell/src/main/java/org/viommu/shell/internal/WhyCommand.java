// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

/** The command that says what keeps something from being there. */
@Component(
        service = Command.class,
        property = {"osgi.command.scope=viommu", "osgi.command.function=why"})
public final class WhyCommand extends Command {
    private static final String OURS = "org.viommu.";

    /**
     * Something that is not as it could be.
     *
     * @param what it is
     * @param reason what is missing or wrong
     */
    public record Finding(String what, String reason) {}

    private final BundleContext context;
    private final ServiceComponentRuntime components;
    private final Inventory inventory;

    /**
     * Called by Declarative Services.
     *
     * @param context to see the bundles
     * @param components knows what each component lacks
     * @param inventory what there is
     */
    @Activate
    public WhyCommand(
            BundleContext context, @Reference ServiceComponentRuntime components, @Reference Inventory inventory) {
        super("why", inventory);
        this.context = context;
        this.components = components;
        this.inventory = inventory;
    }

    /** One line for each finding. */
    @Descriptor("why something is not there: functions, bundles, components, stores")
    public Object why(
            @Descriptor(Help.JSON)
                    @Parameter(
                            names = {"--json"},
                            presentValue = "true",
                            absentValue = "false")
                    boolean json) {
        List<Finding> findings = new ArrayList<>();
        functions(findings);
        bundles(findings);
        components(findings);
        inventory.iommus().named("").stream()
                .filter(it -> !it.snapshot().store().problem().isEmpty())
                .forEach(it -> findings.add(
                        new Finding(it.name(), it.snapshot().store().problem())));
        return Table.of(Finding.class, findings, findings.isEmpty() ? "all is there" : "")
                .as(json);
    }

    private void functions(List<Finding> findings) {
        inventory
                .machines()
                .forEach(machine -> machine.functions()
                        .forEach(function -> function.missing()
                                .ifPresent(reason ->
                                        findings.add(new Finding(machine.name() + "/" + function.name(), reason)))));
    }

    private void bundles(List<Finding> findings) {
        Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName() != null
                        && bundle.getSymbolicName().startsWith(OURS))
                .filter(bundle -> (bundle.getState() & (Bundle.INSTALLED | Bundle.RESOLVED)) != 0)
                .filter(bundle -> bundle.getHeaders().get(org.osgi.framework.Constants.FRAGMENT_HOST) == null)
                .forEach(bundle -> findings.add(new Finding(
                        bundle.getSymbolicName(),
                        bundle.getState() == Bundle.INSTALLED
                                ? "the bundle is not resolved: something that it imports or requires is missing"
                                : "the bundle is stopped")));
    }

    private void components(List<Finding> findings) {
        for (ComponentDescriptionDTO component : components.getComponentDescriptionDTOs()) {
            if (component.bundle.symbolicName.startsWith(OURS)) {
                components.getComponentConfigurationDTOs(component).stream()
                        .filter(it -> !reason(component, it).isEmpty())
                        .map(it -> new Finding(nameOf(component, it.properties), reason(component, it)))
                        .forEach(findings::add);
            }
        }
    }

    private static String nameOf(ComponentDescriptionDTO component, Map<String, Object> properties) {
        String bundle = component.bundle.symbolicName;
        Object machine = properties.getOrDefault("machine", "");
        Object name = properties.getOrDefault("name", "");
        String instance = machine + (machine.equals("") || name.equals("") ? "" : "/") + name;
        return instance.isEmpty() ? bundle : bundle + " " + instance;
    }

    private static String reason(ComponentDescriptionDTO component, ComponentConfigurationDTO configuration) {
        return switch (configuration.state) {
            case ComponentConfigurationDTO.UNSATISFIED_CONFIGURATION ->
                "no configuration of " + String.join(", ", component.configurationPid);
            case ComponentConfigurationDTO.UNSATISFIED_REFERENCE ->
                "no service for "
                        + Arrays.stream(configuration.unsatisfiedReferences)
                                .map(it -> it.name + (it.target == null ? "" : " " + it.target))
                                .collect(Collectors.joining(", "));
            case ComponentConfigurationDTO.FAILED_ACTIVATION -> message(configuration.failure);
            default -> "";
        };
    }

    /** The last cause of a stack trace as Declarative Services keeps it: what an operator can do something about. */
    private static String message(String trace) {
        String last = trace.lines()
                .filter(line -> line.startsWith("Caused by: "))
                .reduce((first, second) -> second)
                .orElseGet(() -> trace.lines().findFirst().orElse("it failed"));
        return last.replaceFirst("^Caused by: ", "").replaceFirst("^[\\w.$]+Exception: ", "");
    }
}
