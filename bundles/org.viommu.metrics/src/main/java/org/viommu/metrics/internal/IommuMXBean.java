// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import java.util.Map;

/** An IOMMU as JMX shows it. */
public interface IommuMXBean {
    /**
     * Whether a driver is at work.
     *
     * @return as of now
     */
    boolean isDriverActive();

    /**
     * Name of the store that keeps the mappings.
     *
     * @return as of now
     */
    String getStore();

    /**
     * What is wrong with a store.
     *
     * @return empty if all is well
     */
    String getStoreProblem();

    /**
     * How often the mappings were moved to another store.
     *
     * @return since the device came
     */
    long getStoreSwaps();

    /**
     * For how long requests waited in the last move.
     *
     * @return in nanoseconds
     */
    long getLastSwapPauseNanos();

    /**
     * Number of domains.
     *
     * @return as of now
     */
    int getDomains();

    /**
     * Number of mappings.
     *
     * @return as of now
     */
    long getMappings();

    /**
     * Number of endpoints that are attached or have an open port.
     *
     * @return as of now
     */
    int getEndpoints();

    /**
     * Requests by type and status.
     *
     * @return since the device came
     */
    Map<String, Map<String, Long>> getRequests();

    /**
     * Requests that could not be parsed.
     *
     * @return since the device came
     */
    long getUnparseableRequests();

    /**
     * Requests of a type that does not exist.
     *
     * @return since the device came
     */
    long getUnknownRequests();

    /**
     * Accesses that the IOMMU decided on.
     *
     * @return since the device came
     */
    long getTranslations();

    /**
     * Trace events that came faster than they were taken.
     *
     * @return since the device came
     */
    long getLostTraceEvents();

    /**
     * Refused accesses by reason.
     *
     * @return since the device came
     */
    Map<String, Long> getFaults();

    /**
     * Refused accesses that the driver was never told of.
     *
     * @return since the device came
     */
    long getDroppedFaultReports();
}
