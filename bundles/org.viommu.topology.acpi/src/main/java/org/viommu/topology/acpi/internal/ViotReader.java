// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.acpi.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.osgi.service.component.annotations.Component;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.TopologyReader;
import org.viommu.topology.acpi.ViotLayout;

/**
 * Reads a VIOT.
 *
 * <p>A table whose nodes cannot be told apart is refused. A node that contradicts itself is left out and reported, because that is what Linux does with it:
 * the graph read here is the graph that the guest sees.
 */
@Component(property = TopologyReader.FORMAT + "=" + ViotReader.VIOT)
public final class ViotReader implements TopologyReader {
    static final String VIOT = "viot";

    @Override
    public boolean recognizes(byte[] table) {
        byte[] signature = ViotLayout.SIGNATURE_TEXT.getBytes(StandardCharsets.ISO_8859_1);
        return table.length >= signature.length
                && Arrays.equals(table, 0, signature.length, signature, 0, signature.length);
    }

    @Override
    public Topology read(byte[] table) throws TopologyFormatException {
        return new ViotNodes(AcpiTable.open(table)).topology();
    }
}
