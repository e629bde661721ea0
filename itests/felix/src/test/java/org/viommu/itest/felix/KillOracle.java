// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What must be kept of a device, from what its driver has said: all that was answered, and of what was not yet answered each request wholly or not at all. What
 * the store has said not to keep counts as not answered, until it says nothing of the kind any more.
 */
final class KillOracle {
    private Map<String, String> before = new TreeMap<>();
    private Map<String, String> after = new TreeMap<>();
    private final List<String> open = new ArrayList<>();
    private long answered;

    /** Takes a line of the driver. */
    void hear(String line) {
        if (line.equals("done")) {
            answered += open.size();
            open.clear();
            before = new TreeMap<>(after);
        } else if (line.startsWith("fresh ")) {
            open.clear();
            after.clear();
            after.put("bypass", line.substring("fresh ".length()));
            before = new TreeMap<>(after);
        } else if (!line.startsWith("unkept ")) {
            open.add(line);
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
            if (open.isEmpty()) {
                assertEquals(key, before.get(key), value);
            } else {
                assertTrue(
                        key + ": " + value + ", answered " + before.get(key) + ", asked for " + after.get(key),
                        Objects.equals(value, before.get(key)) || Objects.equals(value, after.get(key)));
            }
        }
    }

    private void apply(String... words) {
        switch (words[0]) {
            case "map" -> after.put(mapping(words), words[3]);
            case "unmap" -> after.remove(mapping(words));
            case "attach" -> after.put("endpoint " + words[1], words[2]);
            case "detach" -> {
                after.remove("endpoint " + words[1]);
                after.keySet().removeIf(key -> key.startsWith("mapping " + words[2] + " "));
            }
            default -> throw new AssertionError(String.join(" ", words));
        }
    }

    private static String mapping(String... words) {
        return "mapping " + words[1] + " " + words[2];
    }
}
