// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializable;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.viommu.mapping.KeptDevice;
import org.viommu.mapping.recording.Medium;
import org.viommu.mapping.resident.ResidentTable;

/**
 * A device as each member that holds a copy of it has it, with its owner. The member's partition thread alone changes it. Every change carries the epoch of the
 * owner that makes it; one of another epoch is refused.
 */
public final class SharedDevice implements DataSerializable {
    /** In place of the epoch of a device that is not there. Epochs are above. */
    static final long LOST = 0;

    private static final int OWNER_SHIFT = 32;

    /** In the upper half how many owners there have been, in the lower a mark of the owner, which increases when the cluster loses what it told. */
    private long epoch;

    /** Counts changes within an epoch, so that the newer of two copies is known when a split cluster heals. */
    private long changes;

    /** Null if the device is not kept. */
    private String fingerprint;

    private boolean bypass;
    private final Map<Integer, Long> domains = new HashMap<>();
    private final Map<Integer, Integer> attachments = new HashMap<>();
    private final Map<Long, ResidentTable> tables = new HashMap<>();

    /** For Hazelcast. */
    public SharedDevice() {}

    long epoch() {
        return epoch;
    }

    /** A new owner: from now on the changes of all former ones are refused. */
    long claim(int mark) {
        renew((epoch >>> OWNER_SHIFT) + 1 << OWNER_SHIFT | mark);
        return epoch;
    }

    /** The next epoch of the same owner, or of a new one. */
    void renew(long next) {
        epoch = next;
        changes = 0;
    }

    /** Whether this copy is of a later moment. */
    boolean after(SharedDevice other) {
        return epoch != other.epoch ? epoch > other.epoch : changes > other.changes;
    }

    /** Does changes again, in order. */
    void apply(ChangesReader batch) throws IOException {
        changes++;
        batch.applyTo(new Changing());
    }

    Medium.Kept kept() {
        if (fingerprint == null) {
            return null;
        }
        Map<Integer, Boolean> kinds = new HashMap<>();
        Map<Integer, Long> ids = new HashMap<>();
        domains.forEach((domain, table) -> {
            kinds.put(domain, table == Medium.NO_TABLE);
            if (table != Medium.NO_TABLE) {
                ids.put(domain, table);
            }
        });
        return new Medium.Kept(new KeptDevice(fingerprint, bypass, kinds, attachments), ids);
    }

    ResidentTable table(long id) {
        return tables.get(id);
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeLong(epoch);
        out.writeLong(changes);
        out.writeString(fingerprint);
        out.writeBoolean(bypass);
        out.writeInt(domains.size());
        for (Map.Entry<Integer, Long> domain : domains.entrySet()) {
            out.writeInt(domain.getKey());
            out.writeLong(domain.getValue());
        }
        out.writeInt(attachments.size());
        for (Map.Entry<Integer, Integer> attachment : attachments.entrySet()) {
            out.writeInt(attachment.getKey());
            out.writeInt(attachment.getValue());
        }
        out.writeInt(tables.size());
        for (Map.Entry<Long, ResidentTable> table : tables.entrySet()) {
            out.writeLong(table.getKey());
            TableFormat.write(out, table.getValue());
        }
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        epoch = in.readLong();
        changes = in.readLong();
        fingerprint = in.readString();
        bypass = in.readBoolean();
        for (int left = in.readInt(); left > 0; left--) {
            int domain = in.readInt();
            domains.put(domain, in.readLong());
        }
        for (int left = in.readInt(); left > 0; left--) {
            int endpoint = in.readInt();
            attachments.put(endpoint, in.readInt());
        }
        for (int left = in.readInt(); left > 0; left--) {
            long table = in.readLong();
            tables.put(table, TableFormat.read(in));
        }
    }

    /** Each change may come again after a failure of the member that did it first; then it changes nothing more. */
    private final class Changing implements ChangesReader.Target {
        @Override
        public void begin(String begun, boolean value) {
            fingerprint = begun;
            bypass = value;
            reset();
        }

        @Override
        public void bypass(boolean value) {
            bypass = value;
        }

        @Override
        public void opened(int domain, long table) {
            domains.put(domain, table);
        }

        @Override
        public void closed(int domain) {
            domains.remove(domain);
        }

        @Override
        public void attached(int endpoint, int domain) {
            attachments.put(endpoint, domain);
        }

        @Override
        public void detached(int endpoint) {
            attachments.remove(endpoint);
        }

        @Override
        public void reset() {
            domains.clear();
            attachments.clear();
        }

        @Override
        public void forget() {
            fingerprint = null;
            reset();
            tables.clear();
        }

        @Override
        public void created(long table) {
            tables.putIfAbsent(table, new ResidentTable());
        }

        @Override
        public void dropped(long table) {
            tables.remove(table);
        }

        @Override
        public void mapped(long table, long start, long end, long physical, int flags) {
            ResidentTable found = tables.get(table);
            if (found != null) {
                found.map(start, end, physical, flags);
            }
        }

        @Override
        public void unmapped(long table, long start, long end) {
            ResidentTable found = tables.get(table);
            if (found != null) {
                found.unmap(start, end);
            }
        }
    }
}
