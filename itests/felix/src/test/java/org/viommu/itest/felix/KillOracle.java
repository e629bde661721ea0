// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertTrue;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What must be kept of a device, from what its driver has said: all that was answered. Of what was not yet answered any request may be the last that was done, so
 * each thing that they change is as it was answered, or as one of them makes it. What the store has said not to keep counts as not answered, until it says
 * nothing of the kind any more.
 */
final class KillOracle {
    private final Map<String, String> before = new TreeMap<>();
    private final Map<String, String> after = new TreeMap<>();

    /** What each of the requests that are not yet answered makes of what it changes; null for nothing. One may undo another. */
    private final Map<String, Set<String>> open = new HashMap<>();

    /** How many these are. */
    private long asked;

    private long answered;

    /** Takes a line of the driver. */
    void hear(String line) {
        if (line.equals("done")) {
            answered += asked;
            begin();
        } else if (line.startsWith("fresh ")) {
            after.clear();
            after.put("bypass", line.substring("fresh ".length()));
            begin();
        } else if (!line.startsWith("unkept ")) {
            asked++;
            apply(line.split(" "));
        }
    }

    long answered() {
        return answered;
    }

    /** Compares with what a successor has said. */
    void check(List<String> dump) {
        Map<String, String> found = new HashMap<>();
        for (String line : dump) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "bypass" -> found.put("bypass", words[1]);
                case "in" -> found.put("endpoint " + words[1], words[2]);
                default -> found.put(mapping(words), words[3]);
            }
        }
        TreeSet<String> keys = new TreeSet<>(found.keySet());
        keys.addAll(before.keySet());
        for (String key : keys) {
            String value = found.get(key);
            // Not Set.of(), which does not answer whether it contains null.
            Set<String> perhaps = open.getOrDefault(key, Collections.emptySet());
            assertTrue(
                    key + ": " + value + ", answered " + before.get(key) + ", asked for " + perhaps,
                    Objects.equals(value, before.get(key)) || perhaps.contains(value));
        }
    }

    private void begin() {
        asked = 0;
        open.clear();
        before.clear();
        before.putAll(after);
    }

    private void apply(String... words) {
        switch (words[0]) {
            case "map" -> change(mapping(words), words[3]);
            case "unmap" -> change(mapping(words), null);
            case "attach" -> change("endpoint " + words[1], words[2]);
            case "detach" -> {
                change("endpoint " + words[1], null);
                List.copyOf(after.keySet()).stream()
                        .filter(key -> key.startsWith("mapping " + words[2] + " "))
                        .forEach(key -> change(key, null));
            }
            default -> throw new AssertionError(String.join(" ", words));
        }
    }

    private void change(String key, String value) {
        if (value == null) {
            after.remove(key);
        } else {
            after.put(key, value);
        }
        open.computeIfAbsent(key, any -> new HashSet<>()).add(value);
    }

    private static String mapping(String... words) {
        return "mapping " + words[1] + " " + words[2];
    }
}
