// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.configuration;

/**
 * A key whose value has become another one.
 *
 * @param key as the operator writes it
 * @param before value until now
 * @param after value from now on
 */
public record Change(String key, Object before, Object after) {
    /** For a log: {@code granule from 4k to 64k}. */
    @Override
    public String toString() {
        return key + " from " + written(before) + " to " + written(after);
    }

    private static String written(Object value) {
        if (value instanceof Boolean flag) {
            return flag ? "on" : "off";
        }
        return "".equals(value) ? "''" : String.valueOf(value);
    }
}
