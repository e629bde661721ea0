// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.configuration;

import java.util.Map;
import java.util.regex.Pattern;

/** How keys are written as names of methods: the rule of Declarative Services (OSGi Compendium 8, 112.8.2.1). */
final class Keys {
    private static final Pattern MARKS = Pattern.compile("\\$_\\$|\\$\\$|\\$|__|_");
    private static final Map<String, String> MEANING = Map.of("$_$", "-", "$$", "\\$", "$", "", "__", "_", "_", ".");

    private Keys() {}

    static String of(String method) {
        return MARKS.matcher(method).replaceAll(mark -> MEANING.get(mark.group()));
    }

    /** Whether a property is the framework's or a tool's own, and not an operator's. */
    static boolean foreign(String key) {
        return key.equals("objectClass") || key.matches("(service|component|felix|osgi|org|webconsole|[.:]).*");
    }
}
