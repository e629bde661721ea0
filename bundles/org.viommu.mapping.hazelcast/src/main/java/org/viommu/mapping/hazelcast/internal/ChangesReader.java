// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;

/** A batch of changes as it came over the network; see {@link ChangesWriter}. */
final class ChangesReader {
    /** Does the changes. */
    interface Target {
        void begin(String fingerprint, boolean bypass);

        void bypass(boolean bypass);

        void opened(int domain, long table);

        void closed(int domain);

        void attached(int endpoint, int domain);

        void detached(int endpoint);

        void reset();

        void forget();

        void created(long table);

        void dropped(long table);

        void mapped(long table, long start, long end, long physical, int flags);

        void unmapped(long table, long start, long end);
    }

    private final DataInputStream in;

    ChangesReader(byte[] batch) {
        in = new DataInputStream(new ByteArrayInputStream(batch));
    }

    void applyTo(Target target) throws IOException {
        for (int kind = in.read(); kind >= 0; kind = in.read()) {
            switch (ChangeKind.of(kind)) {
                case BEGIN -> target.begin(in.readUTF(), in.readBoolean());
                case BYPASS -> target.bypass(in.readBoolean());
                case OPENED -> target.opened(in.readInt(), in.readLong());
                case CLOSED -> target.closed(in.readInt());
                case ATTACHED -> target.attached(in.readInt(), in.readInt());
                case DETACHED -> target.detached(in.readInt());
                case RESET -> target.reset();
                case FORGET -> target.forget();
                case CREATED -> target.created(in.readLong());
                case DROPPED -> target.dropped(in.readLong());
                case MAPPED -> target.mapped(in.readLong(), in.readLong(), in.readLong(), in.readLong(), in.readInt());
                case UNMAPPED -> target.unmapped(in.readLong(), in.readLong(), in.readLong());
            }
        }
    }
}
