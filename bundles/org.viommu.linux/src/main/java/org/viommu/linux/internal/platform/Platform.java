// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.Deadline;

/** What the guest's PCI bus is served from; closing it takes everything back. */
public interface Platform extends AutoCloseable {
    /**
     * Waits until every function is served.
     *
     * @throws CannotRun naming what is missing, when the time is over
     */
    void awaitReady(Deadline deadline) throws CannotRun, InterruptedException;

    /** QEMU's options for the functions and for the firmware's table that describes them. */
    List<String> qemuOptions();

    /** PCI addresses of the endpoints behind the IOMMU, as Linux writes them. */
    List<String> endpoints();

    /** The table that the guest boots with. */
    BootTable table();

    /**
     * What the IOMMU serves at present.
     *
     * @throws CannotRun if the platform is not ready any more
     */
    MappedState mapped() throws CannotRun;

    /** What is not served any more, if anything: QEMU does not end when that happens. */
    Optional<String> failure();

    /**
     * Makes an endpoint misbehave.
     *
     * @throws CannotRun if the platform is not ready any more
     */
    StrayWriter strayWriter() throws CannotRun;

    /**
     * A disk that is not there yet.
     *
     * @throws CannotRun if the platform is not ready any more
     */
    HotPlug hotPlug() throws CannotRun, IOException;

    /**
     * Exchanges the IOMMU's store.
     *
     * @throws CannotRun if there is only one store, or if the platform is not ready any more
     */
    StoreSwitch stores() throws CannotRun;

    /**
     * What the IOMMU did so far.
     *
     * @throws CannotRun if the platform is not ready any more
     */
    IommuAccount account() throws CannotRun;

    @Override
    void close();
}
