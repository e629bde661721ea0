// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import com.hazelcast.map.EntryProcessor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/** Changes a device for its owner, on the member that holds it and on those with backups; returns whether the caller is the owner. */
final class Apply implements EntryProcessor<String, SharedDevice, Boolean> {
    private static final long serialVersionUID = 1L;

    private final long epoch;
    private final byte[] batch;

    Apply(long epoch, byte[] batch) {
        this.epoch = epoch;
        this.batch = batch;
    }

    @Override
    public Boolean process(Map.Entry<String, SharedDevice> entry) {
        SharedDevice device = entry.getValue();
        if (device == null || device.epoch() != epoch) {
            return false;
        }
        try {
            device.apply(new ChangesReader(batch));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        entry.setValue(device);
        return true;
    }
}
