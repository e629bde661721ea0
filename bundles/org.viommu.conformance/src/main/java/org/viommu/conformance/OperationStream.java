// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import java.util.List;
import java.util.Random;

/**
 * Operations chosen at random, but the same ones for the same seed and the same limits, whatever is done with them. Few
 * domains, endpoints and pages are used, so that operations meet; now and then an address is at an end of the address
 * space, is not aligned, or an endpoint does not exist.
 */
public final class OperationStream {
    /** Domains are used from the second of the device on. */
    public static final int DOMAINS = 4;

    /** Pages of the arena that are used, as I/O virtual and as guest-physical addresses. */
    public static final int PAGES = 40;

    private static final int ENDPOINTS = 5;
    private static final int LONGEST = 4;

    private final Limits limits;
    private final List<Integer> endpoints;
    private final int absentEndpoint;
    private final long unit;
    private final long memory;
    private final Random random;

    /**
     * Begins a stream.
     *
     * @param limits of the device
     * @param absentEndpoint one that does not exist
     * @param unit size of a page, a multiple of the granule
     * @param memory first of the addresses to use, a multiple of the unit
     * @param seed any value
     */
    public OperationStream(Limits limits, int absentEndpoint, long unit, long memory, long seed) {
        this.limits = limits;
        this.absentEndpoint = absentEndpoint;
        this.unit = unit;
        this.memory = memory;
        List<Integer> all = limits.endpoints();
        endpoints = all.subList(0, Math.min(ENDPOINTS, all.size()));
        random = new Random(seed);
    }

    /**
     * The next operation of the guest.
     *
     * @return a request, or a write of the global bypass
     */
    public Operation nextRequest() {
        int domain = limits.domainStart() + 1 + random.nextInt(DOMAINS);
        int endpoint = random.nextInt(20) == 0 ? absentEndpoint : anyEndpoint();
        int kind = random.nextInt(100);
        if (kind < 7) {
            return new Operation.Attach(domain, endpoint, kind == 6);
        }
        if (kind < 9) {
            return new Operation.Detach(domain, endpoint);
        }
        if (kind == 9) {
            return new Operation.Bypass(random.nextBoolean());
        }
        long start = start();
        long end = end(start);
        return random.nextInt(5) < 3
                ? new Operation.Map(domain, start, end, page(random.nextInt(PAGES)), random.nextInt(4))
                : new Operation.Unmap(domain, start, end);
    }

    /**
     * The next access of an endpoint.
     *
     * @return an access to one of the pages, aligned to eight bytes
     */
    public Operation.Access nextAccess() {
        long offset = Long.BYTES * random.nextInt((int) (unit / Long.BYTES));
        return new Operation.Access(anyEndpoint(), page(random.nextInt(PAGES)) + offset, random.nextBoolean());
    }

    private int anyEndpoint() {
        return endpoints.get(random.nextInt(endpoints.size()));
    }

    private long start() {
        return switch (random.nextInt(40)) {
            case 0 -> limits.inputEnd() - unit + 1;
            case 1 -> limits.inputStart();
            case 2 -> page(12) + limits.granule() / 2;
            case 3 -> limits.inputEnd() + 1;
            default -> page(random.nextInt(PAGES));
        };
    }

    private long end(long start) {
        return switch (random.nextInt(60)) {
            case 0 -> -1L;
            case 1 -> limits.inputEnd();
            case 2 -> start - 1;
            default -> start + unit * (1 + random.nextInt(LONGEST)) - 1;
        };
    }

    private long page(int index) {
        return memory + index * unit;
    }
}
