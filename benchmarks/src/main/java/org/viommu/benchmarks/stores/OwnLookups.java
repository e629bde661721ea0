// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

/** A table that is looked into by other means than the contract's: it runs the loops over a trace itself. Both add up the answers as {@link TraceRun} does. */
public interface OwnLookups {
    /**
     * Looks up one address after the other, each of which depends on the answer to the one before.
     *
     * @param addresses of a trace
     * @param mask zero, which no compiler must find out
     * @return the checksum
     */
    long dependent(long[] addresses, long mask);

    /**
     * Looks up addresses that depend on nothing.
     *
     * @param addresses of a trace
     * @return the checksum
     */
    long independent(long[] addresses);
}
