// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.iommu.ProbeExtension;
import org.viommu.iommu.ProbeExtension.Property;
import org.viommu.memory.AccessFault;
import org.viommu.virtio.iommu.PropertyLayout;
import org.viommu.virtqueue.Chain;

/** What others add to the answers to PROBE. Thread-safe. */
final class ProbeExtensions {
    private static final Logger LOG = LoggerFactory.getLogger(ProbeExtensions.class);

    private final List<ProbeExtension> extensions = new CopyOnWriteArrayList<>();

    void add(ProbeExtension extension) {
        extensions.add(extension);
    }

    void remove(ProbeExtension extension) {
        extensions.remove(extension);
    }

    /**
     * Writes properties.
     *
     * @param chain whose writable part is zeroed
     * @param endpoint that is probed
     * @param start where the first one goes
     * @param size where the list ends
     */
    void write(Chain chain, int endpoint, int start, int size) throws AccessFault {
        int at = start;
        for (ProbeExtension extension : extensions) {
            for (Property property : ask(extension, endpoint)) {
                int end = at + PropertyLayout.HEAD_SIZE + property.value().length;
                if (end <= size) {
                    write(chain, at, property);
                    at = end;
                }
            }
        }
    }

    private static void write(Chain chain, int at, Property property) throws AccessFault {
        chain.writeShort(at + PropertyLayout.TYPE, (short) property.type());
        chain.writeShort(at + PropertyLayout.LENGTH, (short) property.value().length);
        int next = at + PropertyLayout.HEAD_SIZE;
        for (byte value : property.value()) {
            chain.writeByte(next++, value);
        }
    }

    /** An extension is foreign code: whatever it throws costs its own properties only. */
    private static List<Property> ask(ProbeExtension extension, int endpoint) {
        try {
            return extension.properties(endpoint);
        } catch (RuntimeException e) {
            LOG.warn(
                    "{} cannot tell the properties of endpoint {}",
                    extension.getClass().getName(),
                    endpoint,
                    e);
            return List.of();
        }
    }
}
