// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;

/** The archive in Karaf's deploy folder, which Karaf finds by itself some time after it has started. */
final class Archive {
    private static final long PATIENCE_MILLIS = 120_000;

    private Archive() {}

    static void awaitDeployed(FeaturesService features) throws Exception {
        for (long waited = 0; features.getFeature("viommu") == null; waited += 50) {
            if (waited >= PATIENCE_MILLIS) {
                throw new AssertionError("Karaf has not found the archive");
            }
            Thread.sleep(50);
        }
    }

    /** Those of the features that are ours. */
    static List<String> names(Stream<Feature> features) {
        return features.map(Feature::getName)
                .filter(name -> name.startsWith("viommu"))
                .sorted()
                .toList();
    }
}
