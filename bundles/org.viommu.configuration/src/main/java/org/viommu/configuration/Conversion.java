// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.configuration;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Makes values of what operators write: typed values, or text as files have it.
 *
 * <p>A value that cannot be converted is refused by an {@link IllegalArgumentException} that says what is allowed.
 */
final class Conversion {
    private static final Map<Class<?>, Function<Object, Object>> BY_TYPE = Map.of(
            String.class, Conversion::text,
            boolean.class, Conversion::flag,
            int.class, value -> (int) number(value, Integer.MIN_VALUE, Integer.MAX_VALUE),
            long.class, value -> number(value, Long.MIN_VALUE, Long.MAX_VALUE),
            String[].class, Conversion::list);

    private Conversion() {}

    /** The value as that type; a list in place of an array, so that it can be compared. */
    static Object convert(Object value, Class<?> type) {
        Function<Object, Object> conversion = BY_TYPE.get(type);
        if (conversion == null) {
            throw new IllegalStateException("no configuration has values of " + type);
        }
        return conversion.apply(value);
    }

    private static String text(Object value) {
        Object single = single(value);
        if (single == null) {
            throw new IllegalArgumentException("one value is needed");
        }
        return single.toString();
    }

    /** As QEMU reads its own, so that {@code on} and {@code off} are what they say. */
    private static Boolean flag(Object value) {
        if (single(value) instanceof Boolean flag) {
            return flag;
        }
        return switch (text(value).strip().toLowerCase(Locale.ROOT)) {
            case "on", "yes", "true", "y" -> true;
            case "off", "no", "false", "n" -> false;
            default -> throw new IllegalArgumentException("allowed are on and off");
        };
    }

    private static long number(Object value, long low, long high) {
        try {
            long number = single(value) instanceof Number typed
                    ? exact(typed)
                    : Long.decode(text(value).strip());
            if (number >= low && number <= high) {
                return number;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("a whole number is needed", e);
        }
        throw new IllegalArgumentException("allowed are " + low + " to " + high);
    }

    private static long exact(Number number) {
        double exact = number.doubleValue();
        if (number instanceof Double || number instanceof Float) {
            if (exact != Math.rint(exact) || Math.abs(exact) >= 1L << 53) {
                throw new ArithmeticException("not whole");
            }
        }
        return number.longValue();
    }

    /** Text is cut at white space, since files have nothing but text. */
    private static List<String> list(Object value) {
        if (value instanceof String text) {
            return text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
        }
        return elements(value).stream().map(Object::toString).map(String::strip).toList();
    }

    /** The only element of a list or array, null if it has none or more; other values are their own. */
    private static Object single(Object value) {
        Collection<?> elements = elements(value);
        return elements.size() == 1 ? elements.iterator().next() : null;
    }

    private static Collection<?> elements(Object value) {
        if (value instanceof Collection<?> several) {
            return several.stream().filter(Objects::nonNull).toList();
        }
        return value instanceof Object[] several ? Arrays.asList(several) : List.of(value);
    }
}
