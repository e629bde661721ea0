// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.spi.merge.MergingValue;
import com.hazelcast.spi.merge.SplitBrainMergePolicy;

/** When a split cluster heals, the copy of the later owner counts, and of one owner's copies the later one. */
public final class NewerDevice
        implements SplitBrainMergePolicy<SharedDevice, MergingValue<SharedDevice>, SharedDevice> {
    /** For Hazelcast. */
    public NewerDevice() {}

    @Override
    public SharedDevice merge(MergingValue<SharedDevice> merging, MergingValue<SharedDevice> existing) {
        SharedDevice other = merging.getDeserializedValue();
        SharedDevice here = existing == null ? null : existing.getDeserializedValue();
        return here == null || other != null && other.after(here) ? other : here;
    }

    @Override
    public void writeData(ObjectDataOutput out) {
        // There is nothing to say.
    }

    @Override
    public void readData(ObjectDataInput in) {
        // There is nothing to hear.
    }
}
