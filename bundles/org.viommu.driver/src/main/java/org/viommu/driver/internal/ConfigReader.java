// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.driver.internal;

import java.time.Duration;
import org.viommu.driver.DriverException;
import org.viommu.driver.DriverException.Reason;
import org.viommu.driver.IommuConfig;
import org.viommu.virtio.DriverTransport;
import org.viommu.virtio.iommu.IommuConfigLayout;
import org.viommu.virtio.iommu.IommuFeatures;

/** Reads an IOMMU's configuration space, again and again until it kept still meanwhile (virtio 1.4, 2.5.1). */
final class ConfigReader {
    private static final long ALL_ADDRESSES = -1L;
    private static final int ALL_DOMAINS = -1;

    private final DriverTransport transport;
    private final long features;

    ConfigReader(DriverTransport transport, long features) {
        this.transport = transport;
        this.features = features;
    }

    IommuConfig read(Duration timeout) throws DriverException {
        Deadline deadline = Deadline.in(timeout);
        while (true) {
            int generation = transport.configGeneration();
            IommuConfig config = readOnce();
            if (transport.configGeneration() == generation) {
                return config;
            }
            deadline.pause("keep its configuration still");
        }
    }

    private IommuConfig readOnce() throws DriverException {
        boolean input = has(IommuFeatures.INPUT_RANGE);
        boolean domain = has(IommuFeatures.DOMAIN_RANGE);
        try {
            return new IommuConfig(
                    wide(IommuConfigLayout.PAGE_SIZE_MASK),
                    input ? wide(IommuConfigLayout.INPUT_RANGE_START) : 0,
                    input ? wide(IommuConfigLayout.INPUT_RANGE_END) : ALL_ADDRESSES,
                    domain ? narrow(IommuConfigLayout.DOMAIN_RANGE_START) : 0,
                    domain ? narrow(IommuConfigLayout.DOMAIN_RANGE_END) : ALL_DOMAINS,
                    has(IommuFeatures.PROBE) ? narrow(IommuConfigLayout.PROBE_SIZE) : 0);
        } catch (IllegalArgumentException e) {
            throw new DriverException(Reason.CONFIGURATION, "device's configuration is unusable", e);
        }
    }

    private boolean has(long feature) {
        return (features & feature) != 0;
    }

    private int narrow(int offset) {
        return (int) transport.readConfig(offset, Integer.BYTES);
    }

    private long wide(int offset) {
        return Integer.toUnsignedLong(narrow(offset)) | (long) narrow(offset + Integer.BYTES) << Integer.SIZE;
    }
}
