// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Descriptor;

/** What a command takes, as the annotations of its method say. Options may come in any place. */
final class Signature {
    private static final List<String> HELP = List.of("--help", "-h");

    private final Method method;
    private final String description;

    /** In the order of the method's parameters; null for the one that gets the console. */
    private final List<Slot> slots;

    private Signature(Method method) {
        this.method = method;
        description = method.getAnnotation(Descriptor.class).value();
        slots = new ArrayList<>();
        for (var parameter : method.getParameters()) {
            slots.add(parameter.getType() == CommandSession.class ? null : Slot.of(parameter));
        }
    }

    /** Reads the one method of a command that has a {@link Descriptor}. */
    static Signature of(Class<? extends Command> command) {
        return new Signature(Arrays.stream(command.getMethods())
                .filter(it -> it.isAnnotationPresent(Descriptor.class) && !Modifier.isStatic(it.getModifiers()))
                .findFirst()
                .orElseThrow());
    }

    static boolean asksForHelp(List<Object> arguments) {
        return arguments.stream().anyMatch(it -> HELP.contains(it.toString()));
    }

    String description() {
        return description;
    }

    /** The options, in the order of the method's parameters. */
    List<Slot> options() {
        return slots.stream().filter(it -> it != null && it.isOption()).toList();
    }

    /** What must be given in this order. */
    List<Slot> arguments() {
        return slots.stream().filter(it -> it != null && !it.isOption()).toList();
    }

    /** What to type, and what each part means. */
    String help(String name) {
        List<Slot> listed = new ArrayList<>(arguments());
        listed.addAll(options());
        int width = listed.stream().mapToInt(it -> it.label().length()).max().orElse(0);
        return "%s: %s%nUsage: %s%s%s%s"
                .formatted(
                        name,
                        description,
                        name,
                        options().isEmpty() ? "" : " [OPTION...]",
                        arguments().stream().map(it -> " " + it.name()).collect(Collectors.joining()),
                        listed.stream()
                                .map(it -> "%n  %s%s  %s"
                                        .formatted(
                                                it.label(),
                                                " ".repeat(width - it.label().length()),
                                                it.description()))
                                .collect(Collectors.joining()));
    }

    /**
     * Calls the method.
     *
     * @throws IllegalArgumentException naming the argument that is wrong, and what is allowed
     */
    Object call(Command command, CommandSession session, List<Object> given) throws Exception {
        Map<Slot, Object> values = bind(given);
        Object[] bound = slots.stream()
                .map(it -> it == null ? session : values.getOrDefault(it, it.absent()))
                .toArray();
        try {
            return method.invoke(command, bound);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof Exception cause) {
                throw cause;
            }
            throw e;
        }
    }

    private Map<Slot, Object> bind(List<Object> given) {
        Map<Slot, Object> values = new HashMap<>();
        List<Slot> expected = arguments();
        int place = 0;
        for (int i = 0; i < given.size(); i++) {
            String text = given.get(i).toString();
            if (isOption(text)) {
                int equals = text.indexOf('=');
                Slot option = option(equals < 0 ? text : text.substring(0, equals));
                if (option.isFlag()) {
                    values.put(option, true);
                } else if (equals >= 0) {
                    values.put(option, option.parse(text.substring(equals + 1)));
                } else if (i + 1 < given.size()) {
                    values.put(option, option.parse(given.get(++i).toString()));
                } else {
                    throw new IllegalArgumentException(option.name() + ": a value is missing: " + option.description());
                }
            } else if (place < expected.size()) {
                Slot argument = expected.get(place++);
                values.put(argument, argument.parse(text));
            } else {
                throw new IllegalArgumentException("'" + text + "' is too much: " + usage());
            }
        }
        if (place < expected.size()) {
            throw new IllegalArgumentException(expected.get(place).name() + " is missing: "
                    + expected.get(place).description());
        }
        return values;
    }

    private static boolean isOption(String text) {
        return text.length() > 1 && text.charAt(0) == '-' && !Character.isDigit(text.charAt(1));
    }

    private Slot option(String name) {
        return options().stream()
                .filter(it -> it.names().contains(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no option " + name + ": " + usage()));
    }

    private String usage() {
        String all = options().stream().map(Slot::label).collect(Collectors.joining(", "));
        String arguments = arguments().stream().map(Slot::name).collect(Collectors.joining(" "));
        return (arguments.isEmpty() ? "no arguments" : arguments) + " and the options " + all + ", --help are known";
    }
}
