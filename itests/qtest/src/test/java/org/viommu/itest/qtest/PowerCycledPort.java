// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.qtest;

import java.util.List;
import java.util.Optional;
import org.viommu.conformance.Answer;
import org.viommu.conformance.Arena;
import org.viommu.conformance.DevicePort;

/**
 * A port that resets the machine where others reset the device: QEMU's device does not forget its domains otherwise, and
 * one difference would cause others without end.
 */
record PowerCycledPort(DevicePort port) implements DevicePort {
    @Override
    public boolean start(long features) {
        port.systemReset();
        return port.start(features);
    }

    @Override
    public String name() {
        return port.name();
    }

    @Override
    public long offeredFeatures() {
        return port.offeredFeatures();
    }

    @Override
    public void reset() {
        port.reset();
    }

    @Override
    public boolean systemReset() {
        return port.systemReset();
    }

    @Override
    public long readConfig(int offset, int size) {
        return port.readConfig(offset, size);
    }

    @Override
    public void writeConfig(int offset, int size, long value) {
        port.writeConfig(offset, size, value);
    }

    @Override
    public Answer send(byte[] readable, int writable, int cut) {
        return port.send(readable, writable, cut);
    }

    @Override
    public void offerEvent(int length) {
        port.offerEvent(length);
    }

    @Override
    public Optional<Answer> nextEvent() {
        return port.nextEvent();
    }

    @Override
    public List<Integer> endpoints() {
        return port.endpoints();
    }

    @Override
    public int absentEndpoint() {
        return port.absentEndpoint();
    }

    @Override
    public List<Integer> dmaEndpoints() {
        return port.dmaEndpoints();
    }

    @Override
    public boolean read(int endpoint, long address, byte[] target) {
        return port.read(endpoint, address, target);
    }

    @Override
    public boolean write(int endpoint, long address, byte... source) {
        return port.write(endpoint, address, source);
    }

    @Override
    public Arena arena() {
        return port.arena();
    }

    @Override
    public void peek(long address, byte[] target) {
        port.peek(address, target);
    }

    @Override
    public void poke(long address, byte... source) {
        port.poke(address, source);
    }
}
