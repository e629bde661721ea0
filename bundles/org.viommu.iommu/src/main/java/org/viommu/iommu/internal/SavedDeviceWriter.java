// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import java.util.zip.CRC32;

/** Turns a saved device into bytes. */
final class SavedDeviceWriter {
    private SavedDeviceWriter() {}

    /**
     * Writes.
     *
     * @throws IllegalStateException if the device has more mappings than fit into one array
     */
    static byte[] write(SavedDevice device) {
        byte[] configuration = device.fingerprint().values().entrySet().stream()
                .map(entry -> entry.getKey() + "=" + entry.getValue())
                .collect(Collectors.joining("\n"))
                .getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(size(device, configuration)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(SavedDeviceLayout.MAGIC)
                .putInt(SavedDeviceLayout.VERSION_1)
                .putInt(0);
        section(bytes, SavedDeviceLayout.CONFIGURATION, configuration.length).put(configuration);
        section(bytes, SavedDeviceLayout.BYPASS, Integer.BYTES).putInt(device.bypass() ? 1 : 0);
        device.domains().forEach(domain -> write(domain, bytes));
        section(bytes, SavedDeviceLayout.FAULTS, device.faults().length * Long.BYTES);
        for (long fault : device.faults()) {
            bytes.putLong(fault);
        }
        bytes.putInt(SavedDeviceLayout.CHECKSUM, checksum(bytes.flip()));
        return bytes.array();
    }

    /** The checksum over the sections. */
    static int checksum(ByteBuffer bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes.duplicate().position(SavedDeviceLayout.HEAD_SIZE));
        return (int) crc.getValue();
    }

    private static int size(SavedDevice device, byte[] configuration) {
        long size = SavedDeviceLayout.HEAD_SIZE
                + 3L * SavedDeviceLayout.SECTION_HEAD_SIZE
                + configuration.length
                + Integer.BYTES
                + (long) device.faults().length * Long.BYTES;
        for (SavedDomain domain : device.domains()) {
            size += SavedDeviceLayout.SECTION_HEAD_SIZE + bodySize(domain);
        }
        if (size > Integer.MAX_VALUE) {
            throw new IllegalStateException("the mappings of the device take %d bytes, more than fit".formatted(size));
        }
        return (int) size;
    }

    private static long bodySize(SavedDomain domain) {
        return SavedDeviceLayout.DOMAIN_HEAD_SIZE
                + (long) domain.endpoints().size() * Integer.BYTES
                + (long) domain.mappings().length * Long.BYTES;
    }

    private static void write(SavedDomain domain, ByteBuffer bytes) {
        section(bytes, SavedDeviceLayout.DOMAIN, (int) bodySize(domain))
                .putInt(domain.id())
                .putInt(domain.bypass() ? 1 : 0)
                .putInt(domain.endpoints().size())
                .putInt(domain.mappings().length / SavedDomain.FIELDS);
        domain.endpoints().forEach(bytes::putInt);
        for (long field : domain.mappings()) {
            bytes.putLong(field);
        }
    }

    private static ByteBuffer section(ByteBuffer bytes, String name, int length) {
        return bytes.put(name.getBytes(StandardCharsets.US_ASCII)).putInt(length);
    }
}
