// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.viommu.machine.FunctionStatus;
import org.viommu.machine.FunctionView;
import org.viommu.machine.Machine;
import org.viommu.machine.SavedFunction;
import org.viommu.machine.SavedMachine;
import org.viommu.topology.PciAddress;
import org.viommu.virtio.DeviceStatus;
import org.viommu.virtio.DeviceView;
import org.viommu.virtio.FeatureView;
import org.viommu.virtio.QueueView;
import org.viommu.virtqueue.QueueProgress;

/** A machine with an IOMMU whose second queue is broken, and a disk that is not offered. */
final class SampleMachine implements Machine {
    final List<SavedFunction> restored = new ArrayList<>();
    RuntimeException refusal;

    @Override
    public String name() {
        return "vm1";
    }

    @Override
    public List<FunctionStatus> functions() {
        return List.of(
                new FunctionStatus("iommu0", PciAddress.parse("00:01.0"), "/run/iommu0", Optional.empty()),
                new FunctionStatus(
                        "disk0", PciAddress.parse("00:02.0"), "/run/disk0", Optional.of("its IOMMU is not there")));
    }

    @Override
    public Optional<FunctionView> view(String function) {
        DeviceView device = new DeviceView(
                23,
                DeviceStatus.DRIVER_OK | DeviceStatus.NEEDS_RESET,
                List.of(new FeatureView(2, "MAP_UNMAP", true, true, true), new FeatureView(60, "", false, true, false)),
                "INDEX_JUMP (0x4000)",
                List.of(
                        new QueueView(
                                0,
                                256,
                                true,
                                64,
                                0x1000,
                                0x2000,
                                0x3000,
                                Optional.of(new QueueProgress(false, 70, 69, 67, 2, false)),
                                69,
                                ""),
                        new QueueView(
                                1,
                                256,
                                true,
                                32,
                                0x4000,
                                0x5000,
                                0x6000,
                                Optional.of(new QueueProgress(true, 0x8003, 0x8003, 1, 4, true)),
                                7,
                                "INDEX_JUMP (0x4000)")));
        return function.equals("iommu0")
                ? Optional.of(new FunctionView(device, List.of(OptionalInt.of(1), OptionalInt.empty())))
                : Optional.empty();
    }

    @Override
    public SavedMachine save(Set<String> functions) {
        return new SavedMachine(
                name(),
                functions.stream()
                        .map(it -> new SavedFunction(it, 23, 0, ByteBuffer.allocate(12)))
                        .toList());
    }

    @Override
    public void restore(List<SavedFunction> functions) {
        if (refusal != null) {
            throw refusal;
        }
        restored.addAll(functions);
    }
}
