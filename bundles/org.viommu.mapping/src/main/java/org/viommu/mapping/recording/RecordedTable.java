// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.recording;

import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;
import org.viommu.mapping.resident.ResidentTable;

/**
 * A table that answers from memory and tells the device's log what changes. A change is made and told in one step of the log's lock, which nobody else wants
 * unless the medium has failed.
 */
final class RecordedTable implements MappingTable {
    private final DeviceLog log;
    private final long id;
    private final ResidentTable memory;

    RecordedTable(DeviceLog log, long id, ResidentTable memory) {
        this.log = log;
        this.id = id;
        this.memory = memory;
    }

    long id() {
        return id;
    }

    ResidentTable memory() {
        return memory;
    }

    @Override
    public MapResult map(long start, long end, long physical, int flags) {
        synchronized (log) {
            MapResult result = memory.map(start, end, physical, flags);
            if (result == MapResult.OK) {
                log.pending().mapped(id, start, end, physical, flags);
            }
            return result;
        }
    }

    @Override
    public UnmapResult unmap(long start, long end) {
        synchronized (log) {
            long before = memory.size();
            UnmapResult result = memory.unmap(start, end);
            if (memory.size() != before) {
                log.pending().unmapped(id, start, end);
            }
            return result;
        }
    }

    @Override
    public boolean lookup(long address, Translation translation) {
        return memory.lookup(address, translation);
    }

    @Override
    public void forEach(long from, Visitor visitor) {
        memory.forEach(from, visitor);
    }

    @Override
    public long size() {
        return memory.size();
    }

    @Override
    public void close() {
        log.drop(this);
        memory.close();
    }
}
