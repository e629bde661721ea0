// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.List;
import org.viommu.benchmarks.stores.OwnLookups;
import org.viommu.mapping.MapResult;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.Translation;
import org.viommu.mapping.UnmapResult;
import org.viommu.mapping.radix.RadixStore;
import org.viommu.memory.AccessFault;
import org.viommu.memory.AccessGate;
import org.viommu.memory.MemoryAccess.Direction;
import org.viommu.topology.IommuNode;
import org.viommu.topology.PciAddress;
import org.viommu.virtio.iommu.MapFlags;
import org.viommu.virtio.iommu.RequestStatus;
import org.viommu.virtqueue.RingFeatures;

/**
 * The default store as the device uses it, as if it were a store: MAP and UNMAP go through the device's rules and tell
 * ports what is void, a look-up is a port's decision on an access, with all it checks and remembers. What is left out are
 * the queue's bytes and the memory behind.
 */
public final class PortStore implements MappingStore {
    private static final IommuNode NODE = new IommuNode.PciFunction(PciAddress.parse("00:01.0"));
    private static final int ENDPOINT = 0x10;
    private static final int PAGE = 4_096;

    private final MappingStore store;

    /**
     * Creates the store.
     *
     * @param limit of the mappings
     */
    public PortStore(long limit) {
        store = new RadixStore(limit);
    }

    @Override
    public String name() {
        return "port";
    }

    @Override
    public MappingTable open(String device, int domain) {
        return new PortTable(new Domain(domain, DomainTable.open(store, device, domain)));
    }

    private static final class PortTable implements MappingTable, OwnLookups {
        /** That all mappings of the traces have. */
        private static final int FLAGS = MapFlags.READ | MapFlags.WRITE;

        private final Domain domain;
        private final MappingRules rules;
        private final PortTranslation port;

        PortTable(Domain domain) {
            this.domain = domain;
            IommuSettings settings = new IommuSettings(
                    "vm",
                    "iommu0",
                    NODE,
                    true,
                    PAGE,
                    -1L,
                    List.of(),
                    RingFeatures.SUPPORTED,
                    new Quotas(1, 1, Integer.MAX_VALUE),
                    Protocol.STANDARD,
                    0);
            AccessGate gate = new AccessGate();
            Trace trace = new Trace();
            Revocation revocation = new Revocation(gate);
            rules = new MappingRules(settings, revocation, PortTable::fail, trace);
            Endpoint endpoint = new Endpoint(
                    ENDPOINT, new Endpoint.View(ReservedRegions.of(List.of(), List.of()), domain, trace.on()));
            port = new PortTranslation(
                    endpoint,
                    new IommuConfigSpace(settings, gate, bypass -> {}, trace),
                    new PortFaults(new Faults(trace), ENDPOINT, PAGE),
                    revocation.invalidations(),
                    PortTable::fail,
                    trace);
        }

        @Override
        public MapResult map(long start, long end, long physical, int flags) {
            RequestStatus status = rules.map(domain, null, start, end, physical, flags);
            return status == RequestStatus.OK ? MapResult.OK : MapResult.OVERLAP;
        }

        @Override
        public UnmapResult unmap(long start, long end) {
            return rules.unmap(domain, null, start, end) == RequestStatus.OK ? UnmapResult.OK : UnmapResult.SPLIT;
        }

        /** Tells how far the answer goes on. */
        @Override
        public boolean lookup(long address, Translation translation) {
            try {
                long physical = port.translate(address, Direction.READ);
                translation.set(address, port.last(), physical, FLAGS);
                return true;
            } catch (AccessFault e) {
                return false;
            }
        }

        @Override
        public long dependent(long[] addresses, long mask) {
            long sum = 0;
            long last = 0;
            try {
                for (long address : addresses) {
                    last = port.translate(address ^ last & mask, Direction.READ);
                    sum += last ^ FLAGS;
                }
            } catch (AccessFault e) {
                throw new AssertionError("what is mapped is refused", e);
            }
            return sum;
        }

        @Override
        public long independent(long[] addresses) {
            long sum = 0;
            try {
                for (long address : addresses) {
                    sum += port.translate(address, Direction.READ) ^ FLAGS;
                }
            } catch (AccessFault e) {
                throw new AssertionError("what is mapped is refused", e);
            }
            return sum;
        }

        @Override
        public void forEach(long from, Visitor visitor) {
            domain.table().forEach(from, visitor);
        }

        @Override
        public long size() {
            return domain.table().size();
        }

        @Override
        public void close() {
            domain.table().closeQuietly();
        }

        private static void fail(StoreFailure failure) {
            throw failure;
        }
    }
}
