// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.launcher;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/**
 * The commands that bundles offer: services of type {@link ToIntFunction} from the arguments to the exit status.
 *
 * <p>The type is one of the JDK, because launcher and bundles share no other class.
 */
final class Commands {
    /** Service property: the name of a command. */
    private static final String NAME = "viommu.command";

    /** Service property: one line about a command. */
    private static final String DESCRIPTION = "viommu.description";

    /** How long a command may take to appear: its component may wait for a configuration that arrives by itself. */
    private static final long PATIENCE_MILLIS = 5_000;

    private final BundleContext context;

    Commands(BundleContext context) {
        this.context = context;
    }

    /** The command of that name, empty if no bundle offers it. */
    Optional<ToIntFunction<List<String>>> find(String name) throws InterruptedException {
        ServiceTracker<?, ?> tracker = new ServiceTracker<>(context, filter(escaped(name)), null);
        tracker.open();
        return Optional.ofNullable(tracker.waitForService(PATIENCE_MILLIS)).map(Commands::command);
    }

    /** The commands there are, each on a line of its own. */
    String summary() {
        String commands = references()
                .sorted()
                .map(reference -> line(reference.getProperty(NAME), reference.getProperty(DESCRIPTION)))
                .collect(Collectors.joining());
        return (commands.isEmpty() ? "No bundle offers a command. There is:" : "The commands are:" + commands)
                + line(ShellCommand.NAME, ShellCommand.DESCRIPTION);
    }

    private static String line(Object name, Object description) {
        return String.format("%n  %-10s %s", name, description);
    }

    private Stream<ServiceReference<?>> references() {
        ServiceTracker<?, ?> tracker = new ServiceTracker<>(context, filter("*"), null);
        tracker.open();
        return Optional.ofNullable(tracker.getServiceReferences()).stream().flatMap(Arrays::stream);
    }

    private static Filter filter(String name) {
        try {
            return FrameworkUtil.createFilter(
                    "(&(objectClass=" + ToIntFunction.class.getName() + ")(" + NAME + "=" + name + "))");
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException("the name is escaped", e);
        }
    }

    private static String escaped(String name) {
        return name.replaceAll("[\\\\*()]", "\\\\$0");
    }

    @SuppressWarnings("unchecked")
    private static ToIntFunction<List<String>> command(Object service) {
        return (ToIntFunction<List<String>>) service;
    }
}
