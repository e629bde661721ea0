// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Optional;
import org.viommu.mapping.recording.Medium;
import org.viommu.mapping.resident.ResidentTable;

/** A device of which this member is, or was, the owner: collects what it tells until the next commit. */
final class GridDevice implements Medium.Device {
    private final GridMedium medium;
    private final String name;
    private final ChangesWriter changes = new ChangesWriter();

    /** As it was taken over; null when it has not been read or has been changed since. */
    private SharedDevice found;

    GridDevice(GridMedium medium, String name) {
        this.medium = medium;
        this.name = name;
    }

    String name() {
        return name;
    }

    byte[] take() {
        found = null;
        return changes.take();
    }

    @Override
    public Optional<Medium.Kept> kept() throws IOException {
        found = medium.read(name);
        return Optional.ofNullable(found).map(SharedDevice::kept);
    }

    @Override
    public void load(long table, ResidentTable.Loader loader) throws IOException {
        if (found == null) {
            found = medium.read(name);
        }
        ResidentTable kept = found == null ? null : found.table(table);
        if (kept == null) {
            throw new IOException("the cluster has no table " + table + " of " + name);
        }
        kept.forEach(0, (start, end, physical, flags) -> {
            loader.add(start, end, physical, flags);
            return true;
        });
    }

    @Override
    public void begin(String fingerprint, boolean bypass) throws IOException {
        DataOutputStream out = changes.add(ChangeKind.BEGIN);
        out.writeUTF(fingerprint);
        out.writeBoolean(bypass);
    }

    @Override
    public void bypass(boolean bypass) throws IOException {
        changes.add(ChangeKind.BYPASS).writeBoolean(bypass);
    }

    @Override
    public void opened(int domain, long table) throws IOException {
        DataOutputStream out = changes.add(ChangeKind.OPENED);
        out.writeInt(domain);
        out.writeLong(table);
    }

    @Override
    public void closed(int domain) throws IOException {
        changes.add(ChangeKind.CLOSED).writeInt(domain);
    }

    @Override
    public void attached(int endpoint, int domain) throws IOException {
        DataOutputStream out = changes.add(ChangeKind.ATTACHED);
        out.writeInt(endpoint);
        out.writeInt(domain);
    }

    @Override
    public void detached(int endpoint) throws IOException {
        changes.add(ChangeKind.DETACHED).writeInt(endpoint);
    }

    @Override
    public void reset() throws IOException {
        changes.add(ChangeKind.RESET);
    }

    @Override
    public void forget() throws IOException {
        changes.add(ChangeKind.FORGET);
    }

    @Override
    public void created(long table) throws IOException {
        changes.add(ChangeKind.CREATED).writeLong(table);
    }

    @Override
    public void dropped(long table) throws IOException {
        changes.add(ChangeKind.DROPPED).writeLong(table);
    }

    @Override
    public void mapped(long table, long start, long end, long physical, int flags) throws IOException {
        DataOutputStream out = changes.add(ChangeKind.MAPPED);
        out.writeLong(table);
        out.writeLong(start);
        out.writeLong(end);
        out.writeLong(physical);
        out.writeInt(flags);
    }

    @Override
    public void unmapped(long table, long start, long end) throws IOException {
        DataOutputStream out = changes.add(ChangeKind.UNMAPPED);
        out.writeLong(table);
        out.writeLong(start);
        out.writeLong(end);
    }
}
