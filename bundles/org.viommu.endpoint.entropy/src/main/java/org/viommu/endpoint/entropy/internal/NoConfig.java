// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.endpoint.entropy.internal;

import org.viommu.virtio.DeviceConfig;

/** An entropy device has no configuration space (virtio 1.4, 5.4.4). */
final class NoConfig implements DeviceConfig {
    @Override
    public int length() {
        return 0;
    }

    @Override
    public int read(int offset) {
        throw new IndexOutOfBoundsException(offset);
    }
}
