// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.viommu.linux.internal.boot.Initramfs;
import org.viommu.linux.internal.boot.ModuleTree;
import org.viommu.linux.internal.prepare.Kit;
import org.viommu.linux.internal.prepare.OwnParts;
import org.viommu.linux.internal.prepare.Preparation;
import org.viommu.linux.internal.qemu.Architecture;
import org.viommu.linux.internal.qemu.GuestHardware;
import org.viommu.linux.internal.qemu.QemuCommandLine;
import org.viommu.linux.internal.qemu.QemuFeatures;

/** All that a guest needs but its devices. */
public final class PreparedGuest {
    private final Kit kit;
    private final QemuFeatures features;
    private final Map<String, byte[]> modules;

    private PreparedGuest(Kit kit, QemuFeatures features, Map<String, byte[]> modules) {
        this.kit = kit;
        this.features = features;
        this.modules = modules;
    }

    /**
     * Gets it together.
     *
     * @param architecture what its processor is
     * @param drivers modules that the guest loads, in this order
     * @throws CannotRun if something is missing that the user has to provide
     */
    public static PreparedGuest prepare(
            Narrator narrator, Architecture architecture, OwnParts own, List<String> drivers)
            throws CannotRun, IOException, InterruptedException {
        Kit kit = new Preparation(narrator).prepare(architecture, own, System.getenv());
        Map<String, byte[]> modules =
                kit.modules().isPresent() ? new ModuleTree(kit.modules().get()).load(drivers) : Map.of();
        return new PreparedGuest(kit, kit.qemu().probe(), modules);
    }

    /** Writes the guest's file system, with more programs in it. */
    public void writeInitramfs(Path file, Map<String, byte[]> programs) throws IOException {
        Initramfs.write(file, kit.busybox(), modules, programs);
    }

    /**
     * QEMU's command line for it.
     *
     * @param kernelArguments words for the kernel's command line
     * @param devices QEMU's options for what is on the PCI bus and in the firmware's tables
     */
    public QemuCommandLine commandLine(
            String memory, Path initramfs, List<String> kernelArguments, List<String> devices) {
        return new QemuCommandLine(
                kit.qemu(),
                features,
                new GuestHardware(kit.architecture(), memory, kit.kernel(), initramfs, kernelArguments, devices));
    }

    /**
     * What QEMU says of the machine without functions of ours.
     *
     * @param file to write it to
     * @return a devicetree; empty if the machine has ACPI tables instead
     */
    public Optional<byte[]> devicetree(String memory, Path file) throws CannotRun, IOException, InterruptedException {
        if (!kit.architecture().hasDevicetree()) {
            return Optional.empty();
        }
        kit.qemu().dumpDevicetree(kit.architecture(), memory, file);
        return Optional.of(Files.readAllBytes(file));
    }

    /** For people. */
    @Override
    public String toString() {
        return "QEMU " + features.version() + " boots " + kit.kernel().getFileName();
    }
}
