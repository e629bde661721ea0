// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.List;
import java.util.Locale;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;

/**
 * A place in a command's line: an option, or an argument that must be given.
 *
 * @param names of an option, the long one last; of an argument the one name, in capitals
 * @param type of the method's parameter: text, a whole number or a truth value
 * @param absent what an option is if it is not given; null for an argument
 * @param isFlag whether it is an option without a value
 * @param description one line
 */
record Slot(List<String> names, Class<?> type, Object absent, boolean isFlag, String description) {
    private static final String SEPARATOR = ": ";

    static Slot of(java.lang.reflect.Parameter parameter) {
        String text = parameter.getAnnotation(Descriptor.class).value();
        Parameter option = parameter.getAnnotation(Parameter.class);
        if (option == null) {
            int end = text.indexOf(SEPARATOR);
            return new Slot(
                    List.of(text.substring(0, end)),
                    parameter.getType(),
                    null,
                    false,
                    text.substring(end + SEPARATOR.length()));
        }
        List<String> names = List.of(option.names());
        String name = names.get(names.size() - 1);
        return new Slot(
                names,
                parameter.getType(),
                parse(name, parameter.getType(), option.absentValue()),
                !Parameter.UNSPECIFIED.equals(option.presentValue()),
                text);
    }

    boolean isOption() {
        return absent != null;
    }

    String name() {
        return names.get(names.size() - 1);
    }

    /** As help shows it, for example {@code -n, --limit LIMIT}. */
    String label() {
        String value = isOption() && !isFlag ? " " + name().substring(2).toUpperCase(Locale.ROOT) : "";
        return String.join(", ", names) + value;
    }

    Object parse(String text) {
        return parse(name(), type, text);
    }

    private static Object parse(String name, Class<?> type, String text) {
        if (type == boolean.class) {
            return Boolean.valueOf(text);
        }
        if (type == String.class) {
            return text;
        }
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": '" + text + "': write a whole number", e);
        }
    }
}
