// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.demo.internal;

import java.util.List;

/**
 * What the demo is asked to do.
 *
 * @param seconds how long each phase lasts, 1 to 3600
 * @param mappings how many mappings live at the same time, 1024 to 1048576
 */
record DemoOptions(int seconds, int mappings) {
    static final String USAGE = """
            Usage: viommu demo [--seconds N] [--mappings N]

              --seconds N    how long each phase lasts, 1 to 3600 (default 3)
              --mappings N   mappings that live at the same time, 1024 to 1048576 (default 65536)""";

    /**
     * Reads the arguments.
     *
     * @throws IllegalArgumentException naming the argument, the value and what is allowed
     */
    static DemoOptions parse(List<String> arguments) {
        int seconds = 3;
        int mappings = 65_536;
        for (int i = 0; i < arguments.size(); i += 2) {
            String name = arguments.get(i);
            String value = i + 1 < arguments.size() ? arguments.get(i + 1) : "";
            switch (name) {
                case "--seconds" -> seconds = number(name, value, 1, 3600);
                case "--mappings" -> mappings = number(name, value, 1024, 1 << 20);
                default -> throw new IllegalArgumentException("unknown argument " + name);
            }
        }
        return new DemoOptions(seconds, mappings);
    }

    private static int number(String name, String value, int least, int most) {
        try {
            int number = Integer.parseInt(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a number out of range.
        }
        throw new IllegalArgumentException(name + " " + value + ": not a number from " + least + " to " + most);
    }
}
