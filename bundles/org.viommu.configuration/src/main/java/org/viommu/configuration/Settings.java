// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.configuration;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The configuration of a component, read as the annotation type that also describes it to metatype: names, types and defaults are written down once.
 *
 * <p>Declarative Services can do that too, but silently: to it {@code on} is false, and a misspelt key does not exist. Here a value is what it says or is
 * refused, and so is a key that the type does not have.
 *
 * <p>Immutable.
 *
 * @param <A> the annotation type; its methods give text, booleans, ints, longs or arrays of text
 */
public final class Settings<A extends Annotation> {
    private final Class<A> type;
    private final SortedMap<String, Object> values;

    private Settings(Class<A> type, SortedMap<String, Object> values) {
        this.type = type;
        this.values = values;
    }

    /**
     * Reads a configuration.
     *
     * @param <A> the annotation type
     * @param pid of the configuration, for a factory that of the factory; for messages
     * @param type the annotation type; a method without a default is a key that must be there
     * @param properties of the component, among them those that the framework adds
     * @param others keys that may be there, but are not this configuration's
     * @return what it says
     * @throws SettingException at the first mistake
     */
    public static <A extends Annotation> Settings<A> read(
            String pid, Class<A> type, Map<String, ?> properties, String... others) {
        SortedMap<String, Object> values = new TreeMap<>();
        for (Method method : type.getDeclaredMethods()) {
            if (!method.isSynthetic()) {
                String key = Keys.of(method.getName());
                values.put(key, value(pid, key, method, properties.get(key)));
            }
        }
        for (String key : new TreeMap<>(properties).keySet()) {
            if (!values.containsKey(key)
                    && !Keys.foreign(key)
                    && !Arrays.asList(others).contains(key)) {
                throw new SettingException(
                        pid, key, "there is no such key; there are " + String.join(", ", values.keySet()));
            }
        }
        return new Settings<>(type, values);
    }

    /**
     * The values.
     *
     * @return one for each method of the annotation type; those without a default have been given
     */
    public A values() {
        InvocationHandler handler = (proxy, method, arguments) -> answer(proxy, method, arguments);
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    /**
     * What is different in another configuration of the same type.
     *
     * @param next the other one
     * @return one for each key whose value is another one there, in the order of the keys
     */
    public List<Change> changesTo(Settings<A> next) {
        return values.keySet().stream()
                .map(key -> new Change(key, values.get(key), next.values.get(key)))
                .filter(change -> !Objects.equals(change.before(), change.after()))
                .toList();
    }

    private static Object value(String pid, String key, Method method, Object given) {
        Object value = given == null ? method.getDefaultValue() : given;
        if (value == null) {
            throw new SettingException(pid, key, "is missing");
        }
        try {
            return Conversion.convert(value, method.getReturnType());
        } catch (IllegalArgumentException e) {
            throw new SettingException(pid, key, value, e.getMessage());
        }
    }

    private Object answer(Object proxy, Method method, Object... arguments) {
        return switch (method.getName()) {
            case "annotationType" -> type;
            case "hashCode" -> values.hashCode();
            case "toString" -> values.toString();
            case "equals" -> proxy == arguments[0];
            default -> {
                Object value = values.get(Keys.of(method.getName()));
                yield value instanceof List<?> list ? list.toArray(String[]::new) : value;
            }
        };
    }
}
