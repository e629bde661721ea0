// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import com.hazelcast.map.EntryProcessor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * Changes a device for its owner, on the member that holds it and on those with backups. Returns the epoch of the device, {@link SharedDevice#LOST} if it is not
 * there; if that is not the caller's, nothing has changed.
 *
 * <p>An owner whose device the cluster has lost tells everything in one batch, and the device gets its next epoch with it: an epoch never stands for less than its
 * owner has told.
 */
final class Apply implements EntryProcessor<String, SharedDevice, Long> {
    private static final long serialVersionUID = 1L;

    private final long epoch;
    private final byte[] batch;
    private final boolean everything;

    /**
     * Changes that have not been applied yet.
     *
     * @param epoch of the caller
     * @param batch the changes
     * @param everything whether they tell all that there is; the device then has the epoch after the caller's, unless somebody has taken it over
     */
    Apply(long epoch, byte[] batch, boolean everything) {
        this.epoch = epoch;
        this.batch = batch;
        this.everything = everything;
    }

    @Override
    public Long process(Map.Entry<String, SharedDevice> entry) {
        SharedDevice device = entry.getValue();
        if (everything && (device == null || device.epoch() <= epoch)) {
            device = device == null ? new SharedDevice() : device;
            device.renew(epoch + 1);
        } else if (device == null) {
            return SharedDevice.LOST;
        } else if (device.epoch() != epoch) {
            return device.epoch();
        }
        try {
            device.apply(new ChangesReader(batch));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        entry.setValue(device);
        return device.epoch();
    }
}
