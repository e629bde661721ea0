// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.devicetree.internal;

import java.util.ArrayList;
import java.util.List;
import org.viommu.topology.Problem;

/** What is wrong in a devicetree, up to a limit, so that a hostile blob does not become many times its size in complaints. */
final class Findings {
    private static final int LIMIT = 1000;

    private final List<Problem> problems = new ArrayList<>();
    private int more;

    void add(Problem.Kind kind, String where, String message) {
        if (problems.size() < LIMIT) {
            problems.add(new Problem(kind, where, message));
        } else {
            more++;
        }
    }

    /** At a node. */
    void add(Problem.Kind kind, DeviceNode node, String message) {
        if (problems.size() < LIMIT) {
            add(kind, node.path(), message);
        } else {
            more++;
        }
    }

    /** At a property, where the blob has its value. */
    void add(Problem.Kind kind, DeviceNode node, DeviceProperty property, String message) {
        if (problems.size() < LIMIT) {
            add(kind, where(node, property), message);
        } else {
            more++;
        }
    }

    List<Problem> problems() {
        List<Problem> all = new ArrayList<>(problems);
        if (more > 0) {
            all.add(new Problem(Problem.Kind.IGNORED_CONTENT, "devicetree", more + " more problems of such kinds"));
        }
        return all;
    }

    static String where(DeviceNode node, DeviceProperty property) {
        return node.path() + " " + property.name() + " at byte 0x" + Integer.toHexString(property.offset());
    }
}
