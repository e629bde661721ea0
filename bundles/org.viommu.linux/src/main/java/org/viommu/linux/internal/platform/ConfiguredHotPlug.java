// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.platform;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntPredicate;
import org.viommu.linux.internal.guest.GuestDisk;

/** Plugs by configuration, as an operator would. */
final class ConfiguredHotPlug implements HotPlug {
    private static final String DEVICE = "hot0";

    private final Path folder;
    private final MachineConfigurations configurations;
    private final IntPredicate knownToIommu;
    private final GuestDisk disk;

    /**
     * Makes the disk.
     *
     * @param folder where its socket goes
     * @param knownToIommu whether the IOMMU has an endpoint of that ID
     */
    ConfiguredHotPlug(Path folder, MachineConfigurations configurations, IntPredicate knownToIommu) throws IOException {
        this.folder = folder;
        this.configurations = configurations;
        this.knownToIommu = knownToIommu;
        disk = GuestDisk.create(folder.resolve(DEVICE + ".img"));
    }

    private Path socket() {
        return folder.resolve(DEVICE + ".sock");
    }

    @Override
    public String address() {
        return HotPlugSlot.ADDRESS.toString();
    }

    @Override
    public GuestDisk disk() {
        return disk;
    }

    @Override
    public void plug() throws IOException {
        configurations.plug(DEVICE, disk, socket());
    }

    @Override
    public boolean isServed() {
        // Its file is there a moment before somebody listens. A VMM that comes and says nothing does no harm.
        try (SocketChannel vmm = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return vmm.connect(UnixDomainSocketAddress.of(socket()));
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public JsonObject device() {
        JsonObject device = PciSlots.vfioUser(socket());
        device.addProperty("id", DEVICE);
        device.addProperty("bus", HotPlugSlot.PORT);
        return device;
    }

    @Override
    public void unplug() throws IOException {
        configurations.unplug();
    }

    @Override
    public boolean isForgotten() {
        return !Files.exists(socket()) && !knownToIommu.test(HotPlugSlot.ADDRESS.bdf());
    }
}
