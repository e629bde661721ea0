// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.testkit;

import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.viommu.mapping.MappingStore;

/** Random requests give the same answers and the same mappings as the oracle. The seeds are fixed, so that a failure comes again. */
abstract class ModelRules extends TableRules {
    private static final int[] ODD_ONE_IN = {Integer.MAX_VALUE, 200, 50, 4};
    private static final int STEPS = 12_000;

    ModelRules(Supplier<MappingStore> stores) {
        super(stores);
    }

    @TestFactory
    Stream<DynamicTest> random_requests_are_answered_as_by_the_oracle() {
        return Arrays.stream(AddressPattern.values())
                .flatMap(pattern -> IntStream.range(0, ODD_ONE_IN.length)
                        .mapToObj(seed -> DynamicTest.dynamicTest(pattern + " seed " + seed, () -> {
                            unmap(0, TOP);
                            new ModelRun(table(), pattern, ODD_ONE_IN[seed], seed).run(STEPS);
                        })));
    }
}
