// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.guest;

import java.util.HashMap;
import java.util.Map;

/** What the guest's {@code /init} answers to a request: {@code ok key=value ...}, or {@code error text}. */
public final class Answer {
    private static final String OK = "ok";

    private final String line;
    private final Map<String, String> values = new HashMap<>();

    Answer(String line) {
        this.line = line;
        if (isOk()) {
            for (String word : line.split(" ")) {
                int equals = word.indexOf('=');
                if (equals > 0) {
                    values.put(word.substring(0, equals), word.substring(equals + 1));
                }
            }
        }
    }

    /** Whether the guest did what it was told. */
    public boolean isOk() {
        return line.equals(OK) || line.startsWith(OK + " ");
    }

    /** A value; empty if there is none. */
    public String get(String key) {
        return values.getOrDefault(key, "");
    }

    /** A value that is a count; -1 if there is none. */
    public long count(String key) {
        String value = get(key);
        return value.matches("\\d{1,18}") ? Long.parseLong(value) : -1;
    }

    /** The line as it came. */
    @Override
    public String toString() {
        return line;
    }
}
