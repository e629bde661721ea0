// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.viommu.dma.DmaPort;
import org.viommu.iommu.IommuStatus;
import org.viommu.memory.AccessFault;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.ReservedRegion.Kind;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.RequestStatus;

/**
 * Compares the device, over its rings, with a plain model written from the standard: answers, mappings and what
 * endpoints reach. Each word of the guest's memory holds its own address, so that a read tells where it went, and a
 * write that goes astray is found at the end.
 */
class DifferentialTest {
    private static final int STEPS = 20_000;
    private static final int DOMAINS = 4;
    private static final int ENDPOINTS = 5;
    private static final long PAGE = 0x1000;

    /** The I/O virtual addresses in use; where an endpoint bypasses they are guest memory too. */
    private static final long FIRST = TestGuest.DMA_MEMORY;

    private static final int PAGES = 40;
    private static final int PHYSICAL_PAGES = (int) ((TestGuest.MEMORY_SIZE - FIRST) / PAGE);
    private static final ReservedRegion RESERVED =
            new ReservedRegion(FIRST + 20 * PAGE, FIRST + 22 * PAGE - 1, Kind.RESERVED);

    private final TestGuest guest = new TestGuest(TestGuest.settings(PAGE), TestGuest.topology(List.of(RESERVED)));
    private final IommuModel model = new IommuModel(PAGE, TestGuest.ENDPOINT, TestGuest.LAST_ENDPOINT, RESERVED);
    private final Random random = new Random();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void the_device_answers_as_the_model_does(long seed) throws AccessFault {
        random.setSeed(seed);
        fillMemory();
        DmaPort[] ports = new DmaPort[ENDPOINTS];
        for (int i = 0; i < ENDPOINTS; i++) {
            ports[i] = guest.port(TestGuest.ENDPOINT + i);
        }
        for (int step = 0; step < STEPS; step++) {
            request(step);
            access(ports[random.nextInt(ENDPOINTS)], step);
            if (step % 500 == 0) {
                compareMappings();
            }
        }
        compareMappings();
        checkMemory();
        guest.close();
    }

    private void request(int step) {
        int domain = 1 + random.nextInt(DOMAINS);
        int endpoint = random.nextInt(20) == 0 ? TestGuest.NO_ENDPOINT : TestGuest.ENDPOINT + random.nextInt(ENDPOINTS);
        RequestStatus actual;
        RequestStatus expected;
        switch (random.nextInt(100)) {
            case 0, 1, 2, 3, 4, 5 -> {
                actual = guest.attach(domain, endpoint);
                expected = model.attach(domain, endpoint, false);
            }
            case 6 -> {
                actual = guest.attachBypass(domain, endpoint);
                expected = model.attach(domain, endpoint, true);
            }
            case 7, 8 -> {
                actual = guest.detach(domain, endpoint);
                expected = model.detach(domain, endpoint);
            }
            case 9 -> {
                boolean bypass = random.nextBoolean();
                guest.device.config().write(IommuConfigLayout.BYPASS, bypass ? 1 : 0, -1L);
                model.bypass(bypass);
                return;
            }
            default -> {
                long start = start();
                long end = random.nextInt(30) == 0 ? -1L : start + PAGE * (1 + random.nextInt(4)) - 1;
                long physical = FIRST + PAGE * random.nextInt(PHYSICAL_PAGES - 4);
                int flags = random.nextInt(4);
                boolean map = random.nextInt(5) < 3;
                actual = map ? guest.map(domain, start, end, physical, flags) : guest.unmap(domain, start, end);
                expected = map ? model.map(domain, start, end, physical, flags) : model.unmap(domain, start, end);
            }
        }
        assertThat(actual).as("step %d", step).isEqualTo(expected);
    }

    private void access(DmaPort port, int step) {
        long address = FIRST + Long.BYTES * random.nextInt((int) (PAGES * PAGE / Long.BYTES));
        boolean write = random.nextBoolean();
        long expected = model.translate(port.endpoint(), address, write);
        long actual = expected;
        try {
            if (write) {
                port.putLong(address, expected);
                assertThat(expected).as("step %d, write to 0x%x", step, address).isNotEqualTo(-1);
            } else {
                actual = port.getLong(address);
            }
        } catch (AccessFault fault) {
            actual = fault.reason() == AccessFault.Reason.NOT_TRANSLATED ? -1 : expected;
        }
        assertThat(actual).as("step %d, access to 0x%x", step, address).isEqualTo(expected);
    }

    private void compareMappings() {
        for (int domain = 1; domain <= DOMAINS; domain++) {
            assertThat(guest.status.mappings(domain, 0, IommuStatus.MAX_PAGE)).isEqualTo(model.mappings(domain));
        }
    }

    /** Few pages, so that requests meet; now and then one at an end of the address space, or not aligned. */
    private long start() {
        return switch (random.nextInt(40)) {
            case 0 -> -PAGE;
            case 1 -> 0;
            case 2 -> FIRST + 12 * PAGE + 1;
            default -> FIRST + PAGE * random.nextInt(PAGES);
        };
    }

    private void fillMemory() throws AccessFault {
        for (long address = FIRST; address < TestGuest.MEMORY_SIZE; address += Long.BYTES) {
            guest.physical().putLong(address, address);
        }
    }

    private void checkMemory() throws AccessFault {
        for (long address = FIRST; address < TestGuest.MEMORY_SIZE; address += Long.BYTES) {
            if (guest.physical().getLong(address) != address) {
                throw new AssertionError("a write went astray to 0x" + Long.toHexString(address));
            }
        }
    }
}
