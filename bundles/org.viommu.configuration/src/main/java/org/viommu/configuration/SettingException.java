// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.configuration;

import java.util.Arrays;

/** An operator's mistake in a configuration. The message is one line: PID, key, value and what is allowed. */
public final class SettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * Refuses the value of a key.
     *
     * @param pid of the configuration, for a factory that of the factory
     * @param key whose value is refused
     * @param value as the operator gave it
     * @param why what is wrong, or what is allowed
     */
    public SettingException(String pid, String key, Object value, String why) {
        super(pid + ": " + key + ": '" + (value instanceof Object[] several ? Arrays.toString(several) : value) + "': "
                + why);
    }

    /**
     * Refuses a configuration because of a key that has no value to be named.
     *
     * @param pid of the configuration, for a factory that of the factory
     * @param key that is missing, or should not be there
     * @param why what is wrong
     */
    public SettingException(String pid, String key, String why) {
        super(pid + ": " + key + ": " + why);
    }
}
