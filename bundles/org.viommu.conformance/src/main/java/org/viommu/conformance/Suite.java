// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.conformance;

import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.viommu.conformance.internal.AttachChecks;
import org.viommu.conformance.internal.BypassChecks;
import org.viommu.conformance.internal.DetachChecks;
import org.viommu.conformance.internal.DeviceChecks;
import org.viommu.conformance.internal.FaultChecks;
import org.viommu.conformance.internal.FramingChecks;
import org.viommu.conformance.internal.MapChecks;
import org.viommu.conformance.internal.ProbeChecks;
import org.viommu.conformance.internal.UnmapChecks;

/** All checks there are. */
public final class Suite {
    private Suite() {}

    /**
     * The checks, in the order of the standard.
     *
     * @return an immutable list; each check can be run alone, and on any number of devices
     */
    public static List<Check> checks() {
        return Stream.of(
                        DeviceChecks.all(),
                        FramingChecks.all(),
                        BypassChecks.all(),
                        AttachChecks.all(),
                        DetachChecks.all(),
                        MapChecks.all(),
                        UnmapChecks.all(),
                        ProbeChecks.all(),
                        FaultChecks.all())
                .flatMap(List::stream)
                .toList();
    }

    /**
     * Examines a device by all checks.
     *
     * @param port the way to it
     * @param progress told of each result as soon as it is there
     * @return all results
     */
    public static Report run(DevicePort port, Consumer<Result> progress) {
        return new Report(
                port.name(),
                checks().stream().map(check -> check.run(port)).peek(progress).toList());
    }
}
