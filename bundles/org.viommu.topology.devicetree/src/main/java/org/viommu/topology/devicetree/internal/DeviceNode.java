// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.viommu.topology.TopologyFormatException;

/** A node of a devicetree that may be changed. Not thread-safe. */
final class DeviceNode {
    private final String name;
    private final DeviceNode parent;
    private final Map<String, DeviceProperty> properties = new LinkedHashMap<>();
    private final List<DeviceNode> children = new ArrayList<>();

    private DeviceNode(String name, DeviceNode parent) {
        this.name = name;
        this.parent = parent;
    }

    static DeviceNode root() {
        return new DeviceNode("", null);
    }

    /** Adds a child behind the last one. */
    DeviceNode add(String child) {
        DeviceNode node = new DeviceNode(child, this);
        children.add(node);
        return node;
    }

    /** Name with unit address; empty for the root. */
    String name() {
        return name;
    }

    /** Null for the root. */
    DeviceNode parent() {
        return parent;
    }

    /** In the order of the blob. */
    Collection<DeviceProperty> properties() {
        return properties.values();
    }

    List<DeviceNode> children() {
        return children;
    }

    Optional<DeviceProperty> property(String property) {
        return Optional.ofNullable(properties.get(property));
    }

    /** Adds a property behind the last one, or sets it where it is. */
    void set(DeviceProperty property) {
        properties.put(property.name(), property);
    }

    void remove(String property) {
        properties.remove(property);
    }

    /** Whether one of the strings in {@code compatible} is the given one. */
    boolean isCompatible(String model) {
        return property("compatible").stream()
                .anyMatch(property -> property.strings().contains(model));
    }

    /** Whether neither this node nor one above it is disabled (Devicetree Specification, 2.3.4). */
    boolean isAvailable() {
        for (DeviceNode node = this; node != null; node = node.parent) {
            Optional<DeviceProperty> status = node.property("status");
            if (status.isPresent()
                    && !List.of("okay", "ok").contains(status.get().string())) {
                return false;
            }
        }
        return true;
    }

    /** Visits this node and all below it, each before its children. */
    void forEach(Consumer<DeviceNode> visitor) {
        visitor.accept(this);
        children.forEach(child -> child.forEach(visitor));
    }

    /** The path, for people: strange characters are shown as their codes. */
    String path() {
        if (parent == null) {
            return "/";
        }
        StringBuilder path = new StringBuilder();
        for (DeviceNode node = this; node.parent != null; node = node.parent) {
            path.insert(0, "/" + TopologyFormatException.printable(node.name));
        }
        return path.toString();
    }
}
