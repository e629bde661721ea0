// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.List;
import org.viommu.dma.DmaPort;
import org.viommu.memory.AccessFault;
import org.viommu.memory.GuestMemory;
import org.viommu.memory.MemoryAccess;
import org.viommu.memory.MemoryRegion;
import org.viommu.virtio.DeviceState;
import org.viommu.virtio.InProcessTransport;
import org.viommu.virtio.MemoryPlatform;
import org.viommu.virtio.VirtioDevice;

/**
 * A device in a process of its own, over guest memory in a file. It goes on from a saved state, does what it is told by
 * lines, and answers each with a line.
 */
public final class DeviceProcess implements AutoCloseable {
    static final int MEMORY_SIZE = 16 << 20;

    private final GuestMemory memory = new GuestMemory();
    private final IommuDevice type;
    final VirtioDevice device;

    DeviceProcess(Path memoryFile) throws IOException {
        try (FileChannel file = FileChannel.open(memoryFile, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer window = file.map(FileChannel.MapMode.READ_WRITE, 0, MEMORY_SIZE);
            memory.add(new MemoryRegion(0, MEMORY_SIZE - 1, true, List.of(window)));
        }
        IommuSettings settings = TestGuest.settings(Protocol.STANDARD);
        type = new IommuDevice(
                settings,
                TestGuest.topology(List.of()),
                new StoreKeeper(settings.qualifiedName()),
                new ProbeExtensions());
        device = new VirtioDevice("vm/iommu0", type, new MemoryPlatform() {
            @Override
            public MemoryAccess open() {
                return memory.open();
            }

            @Override
            public boolean translates() {
                return false;
            }
        });
    }

    MemoryAccess openMemory() {
        return memory.open();
    }

    /** Stops, and says where. */
    void save(Path file) throws IOException {
        device.pause();
        DeviceState state = device.save();
        ByteBuffer bytes = ByteBuffer.allocate(state.bytes());
        state.write(bytes);
        Files.write(file, bytes.array());
    }

    /** What an endpoint reads at an address. */
    String read(int endpoint, long address) {
        try (DmaPort port = type.open(endpoint, memory)) {
            return HexFormat.of().toHexDigits(port.getLong(address));
        } catch (AccessFault e) {
            return "refused";
        }
    }

    @Override
    public void close() {
        device.close();
        type.close();
    }

    /** Arguments: the file of the guest's memory, the file of the state. */
    public static void main(String... arguments) throws IOException {
        try (DeviceProcess process = new DeviceProcess(Path.of(arguments[0]));
                BufferedReader lines =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            new InProcessTransport(process.device);
            process.device.pause();
            process.device.restore(DeviceState.read(ByteBuffer.wrap(Files.readAllBytes(Path.of(arguments[1])))));
            process.device.resume();
            System.out.println("ready");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                System.out.println(process.obey(line.split(" ")));
            }
        }
    }

    private String obey(String... words) throws IOException {
        switch (words[0]) {
            case "kick" -> device.kick(Integer.parseInt(words[1]));
            case "save" -> save(Path.of(words[1]));
            case "read" -> {
                return read(Integer.parseInt(words[1]), Long.parseUnsignedLong(words[2]));
            }
            default -> throw new IllegalArgumentException(words[0]);
        }
        return "done";
    }
}
