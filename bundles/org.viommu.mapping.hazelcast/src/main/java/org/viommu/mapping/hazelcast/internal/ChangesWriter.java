// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** Changes of a device on their way to the cluster: for each its {@link ChangeKind} and its fields, big-endian. A MAP takes 37 bytes. */
final class ChangesWriter {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final DataOutputStream out = new DataOutputStream(bytes);

    DataOutputStream add(ChangeKind kind) throws IOException {
        out.writeByte(kind.ordinal());
        return out;
    }

    int size() {
        return bytes.size();
    }

    /** What has been added since the last time. */
    byte[] take() {
        byte[] batch = bytes.toByteArray();
        bytes.reset();
        return batch;
    }
}
