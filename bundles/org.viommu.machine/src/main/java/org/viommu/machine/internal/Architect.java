// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.machine.internal;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.viommu.dma.DmaTranslator;
import org.viommu.topology.Attachment;
import org.viommu.topology.IommuNode;
import org.viommu.topology.Topology;
import org.viommu.virtio.DeviceType;

/**
 * Decides how each function is built, from the configuration, the topology and the services that are there. Nothing is built without a topology: a device
 * must never reach memory untranslated only because its source has not come yet.
 *
 * @param functions all functions of the machine
 * @param types device types by name
 * @param translators IOMMUs by name
 * @param topology what the guest's tables say, or empty if no source is there
 */
record Architect(
        List<FunctionSpec> functions,
        Map<String, DeviceType> types,
        Map<String, DmaTranslator> translators,
        Optional<Topology> topology) {

    Blueprint plan(FunctionSpec function) {
        DeviceType type = types.get(function.name());
        if (type == null) {
            return new Blueprint.Missing(
                    "no device named " + function.name() + " is configured or its bundle is not started");
        }
        if (topology.isEmpty()) {
            return new Blueprint.Missing("no topology source describes the machine");
        }
        return topology.get()
                .find(function.address())
                .map(attachment -> behind(type, attachment))
                .orElseGet(() -> new Blueprint.Direct(type));
    }

    private Blueprint behind(DeviceType type, Attachment attachment) {
        Optional<FunctionSpec> iommu = functions.stream()
                .filter(other -> new IommuNode.PciFunction(other.address()).equals(attachment.iommu()))
                .findFirst();
        if (iommu.isEmpty()) {
            return new Blueprint.Missing("it is " + attachment + ", but no function of the machine sits there");
        }
        DmaTranslator translator = translators.get(iommu.get().name());
        return translator == null
                ? new Blueprint.Missing("its IOMMU " + iommu.get().name() + " is not there")
                : new Blueprint.Translated(type, translator, attachment.endpoint());
    }
}
