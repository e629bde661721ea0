// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.viommu.mapping.resident.ResidentTable;

/** A whole table on its way between members: the number of mappings, then 28 bytes for each. */
final class TableFormat {
    private TableFormat() {}

    static void write(DataOutput out, ResidentTable table) throws IOException {
        ResidentTable copy = table.copy();
        out.writeInt((int) copy.size());
        IOException[] failure = new IOException[1];
        copy.forEach(0, (start, end, physical, flags) -> {
            try {
                out.writeLong(start);
                out.writeLong(end);
                out.writeLong(physical);
                out.writeInt(flags);
                return true;
            } catch (IOException e) {
                failure[0] = e;
                return false;
            }
        });
        if (failure[0] != null) {
            throw failure[0];
        }
    }

    static void read(DataInput in, ResidentTable.Loader loader) throws IOException {
        for (int left = in.readInt(); left > 0; left--) {
            loader.add(in.readLong(), in.readLong(), in.readLong(), in.readInt());
        }
    }

    static ResidentTable read(DataInput in) throws IOException {
        ResidentTable.Loader loader = new ResidentTable.Loader();
        read(in, loader);
        return loader.table();
    }
}
