// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.viommu.conformance.Differential;
import org.viommu.conformance.OperationStream;
import org.viommu.conformance.Oracle;
import org.viommu.examiner.internal.Bench;
import org.viommu.examiner.internal.Way;
import org.viommu.iommu.IommuStatus;
import org.viommu.topology.ReservedRegion;
import org.viommu.topology.ReservedRegion.Kind;

/**
 * Compares the device with the conformance suite's oracle: answers, what endpoints reach, and the mappings that an
 * operator is shown.
 */
class DifferentialTest {
    private static final int STEPS = 20_000;
    private static final int COMPARED_EACH = 500;

    private final IommuSettings settings =
            TestGuest.settings(0x1000, (1L << 48) - 1, List.of(), new Quotas(100, 100, 1 << 20));
    private final StoreKeeper stores = new StoreKeeper(settings.qualifiedName());
    private IommuDevice device;
    private Bench bench;

    @AfterEach
    void close() {
        bench.close();
        device.close();
    }

    @ParameterizedTest
    @CsvSource({"RING, 1", "RING, 2", "MMIO, 3", "PCI, 4"})
    void the_device_answers_as_the_oracle_does(Way way, long seed) throws IOException {
        long start = Bench.arena().start();
        ReservedRegion reserved = new ReservedRegion(start + 0x14000, start + 0x15fff, Kind.RESERVED);
        device = new IommuDevice(settings, TestGuest.topology(List.of(reserved)), stores, new ProbeExtensions());
        List<Integer> endpoints = IntStream.rangeClosed(TestGuest.ENDPOINT, TestGuest.LAST_ENDPOINT)
                .boxed()
                .toList();
        bench = new Bench("vm/iommu0", device, device, way, endpoints, TestGuest.NO_ENDPOINT);
        IommuStatus status = new StatusReader(device);
        Differential.Outcome outcome = new Differential(bench.port(), seed).run(STEPS, (step, oracle) -> {
            if (step % COMPARED_EACH == 0) {
                compareMappings(status, oracle);
            }
        });
        assertThat(outcome.differences()).as(outcome.text()).isEmpty();
    }

    private static void compareMappings(IommuStatus status, Oracle oracle) {
        for (int domain = 1; domain <= OperationStream.DOMAINS; domain++) {
            assertThat(status.mappings(domain, 0, IommuStatus.MAX_PAGE)).isEqualTo(Mappings.of(oracle, domain));
        }
    }
}
