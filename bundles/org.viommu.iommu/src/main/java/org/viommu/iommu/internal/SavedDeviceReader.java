// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads what {@link SavedDeviceWriter} has written, and trusts nothing in it. */
final class SavedDeviceReader {
    private final ByteBuffer bytes;
    private final SortedMap<String, String> configuration = new TreeMap<>();
    private final List<SavedDomain> domains = new ArrayList<>();
    private boolean bypass;
    private long[] faults = new long[0];

    private SavedDeviceReader(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /**
     * Reads.
     *
     * @throws IllegalArgumentException if the bytes are of another version, damaged, or no saved device
     */
    static SavedDevice read(byte[] state) {
        ByteBuffer bytes = ByteBuffer.wrap(state).order(ByteOrder.LITTLE_ENDIAN);
        if (state.length < SavedDeviceLayout.HEAD_SIZE || bytes.getLong() != SavedDeviceLayout.MAGIC) {
            throw new IllegalArgumentException("the state is none of an IOMMU of Viommu");
        }
        int version = bytes.getInt();
        if (version != SavedDeviceLayout.VERSION_1) {
            throw new IllegalArgumentException(
                    "the state has version " + version + ", not " + SavedDeviceLayout.VERSION_1);
        }
        if (bytes.getInt() != SavedDeviceWriter.checksum(bytes)) {
            throw new IllegalArgumentException("the state is damaged: its checksum is wrong");
        }
        try {
            return new SavedDeviceReader(bytes).sections();
        } catch (BufferUnderflowException e) {
            throw new IllegalArgumentException("the state ends within a section", e);
        }
    }

    private SavedDevice sections() {
        while (bytes.hasRemaining()) {
            byte[] name = new byte[SavedDeviceLayout.NAME_SIZE];
            bytes.get(name);
            int length = bytes.getInt();
            if (length < 0 || length > bytes.remaining()) {
                throw new BufferUnderflowException();
            }
            ByteBuffer body = bytes.slice(bytes.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            section(new String(name, StandardCharsets.US_ASCII), body);
            bytes.position(bytes.position() + length);
        }
        return new SavedDevice(new Fingerprint(configuration), bypass, domains, faults);
    }

    private void section(String name, ByteBuffer body) {
        switch (name) {
            case SavedDeviceLayout.CONFIGURATION ->
                StandardCharsets.UTF_8.decode(body).toString().lines().forEach(this::configurationLine);
            case SavedDeviceLayout.BYPASS -> bypass = body.getInt() != 0;
            case SavedDeviceLayout.DOMAIN -> domains.add(domain(body));
            case SavedDeviceLayout.FAULTS -> faults = numbers(body, body.remaining() / Long.BYTES);
            default -> {
                if (!Character.isLowerCase(name.charAt(0))) {
                    throw new IllegalArgumentException(
                            "the state has a section '" + name + "', which a newer Viommu may know");
                }
            }
        }
    }

    private void configurationLine(String line) {
        int equals = line.indexOf('=');
        if (equals < 0) {
            throw new IllegalArgumentException("the state's configuration has a line '" + line + "' without a value");
        }
        configuration.put(line.substring(0, equals), line.substring(equals + 1));
    }

    private static SavedDomain domain(ByteBuffer body) {
        int id = body.getInt();
        boolean bypassDomain = body.getInt() != 0;
        int endpointCount = body.getInt();
        int mappingCount = body.getInt();
        if (endpointCount < 1 || endpointCount > body.remaining() / Integer.BYTES) {
            throw new IllegalArgumentException("the state has %d endpoints in domain %d".formatted(endpointCount, id));
        }
        List<Integer> endpoints = new ArrayList<>(endpointCount);
        for (int i = 0; i < endpointCount; i++) {
            endpoints.add(body.getInt());
        }
        if (mappingCount < 0 || mappingCount > body.remaining() / (SavedDomain.FIELDS * Long.BYTES)) {
            throw new BufferUnderflowException();
        }
        return new SavedDomain(id, bypassDomain, endpoints, numbers(body, mappingCount * SavedDomain.FIELDS));
    }

    private static long[] numbers(ByteBuffer body, int count) {
        long[] numbers = new long[count];
        body.asLongBuffer().get(numbers);
        return numbers;
    }
}
