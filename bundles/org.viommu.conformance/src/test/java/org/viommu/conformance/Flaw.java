// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import java.util.Set;

/** What a {@link ModelPort} does wrong, and the checks that must find it. */
enum Flaw {
    NONE,
    ANSWERS_UNKNOWN_TYPES("D10"),
    MINDS_RESERVED_IN_HEADS("D11"),
    LEAVES_TAILS_DIRTY("D12"),
    IGNORES_RESERVED_IN_ATTACH("D14"),
    IGNORES_FLAGS("D15", "D28"),
    ANSWERS_SHORT_REQUESTS("D55"),
    REPORTS_NO_LENGTH_WITH_ERRORS("C1"),
    FORGETS_BYPASS_AT_RESET("D6"),
    KEEPS_DOMAINS_AT_RESET("D56"),
    UNMAPS_UP_TO_A_SPLIT("D35"),
    EMPTIES_DOMAINS_AT_REPEATED_ATTACH("C5"),
    LETS_ALL_ACCESSES_THROUGH("D13", "D25", "D31", "D49", "U1"),
    OVERLAPS_PROPERTIES("D47"),
    LEAVES_PROPERTIES_DIRTY("D44"),
    SETS_TYPE_BITS("D40"),
    LEAVES_REPORTS_DIRTY("D50", "D51"),
    NAMES_NO_ENDPOINT("D52"),
    SPLITS_REPORTS("D54");

    private final Set<String> checks;

    Flaw(String... checks) {
        this.checks = Set.of(checks);
    }

    Set<String> checks() {
        return checks;
    }
}
