// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import org.viommu.virtio.DeviceActivation;
import org.viommu.virtio.DeviceConfig;
import org.viommu.virtio.DeviceSession;
import org.viommu.virtio.DeviceType;

/** A device type that does nothing, for planning and assembling. */
final class IdleType implements DeviceType {
    private final DeviceConfig config = new DeviceConfig() {
        @Override
        public int length() {
            return 0;
        }

        @Override
        public int read(int offset) {
            return 0;
        }
    };

    @Override
    public int deviceId() {
        return 4;
    }

    @Override
    public long features() {
        return 0;
    }

    @Override
    public int[] queueSizes() {
        return new int[] {8};
    }

    @Override
    public DeviceConfig config() {
        return config;
    }

    @Override
    public DeviceSession start(DeviceActivation activation) {
        return new DeviceSession() {
            @Override
            public void serve(int queue) {}

            @Override
            public void close() {}
        };
    }
}
