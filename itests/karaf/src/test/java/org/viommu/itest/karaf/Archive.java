// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import java.util.List;
import java.util.stream.Stream;
import org.apache.karaf.features.BootFinished;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService;
import org.osgi.framework.BundleContext;

/** The archive in Karaf's deploy folder, which Karaf finds by itself some time after it has started. */
final class Archive {
    private Archive() {}

    /** Returns when Karaf knows the archive, and has installed and started all that it does by itself. */
    static void awaitDeployed(BundleContext context, FeaturesService features) throws Exception {
        Patience.until(() -> "Karaf has booted", () -> context.getServiceReference(BootFinished.class) != null);
        Patience.until(() -> "Karaf finds the archive", () -> isKnown(features));
    }

    private static boolean isKnown(FeaturesService features) {
        try {
            return features.getFeature("viommu") != null;
        } catch (Exception e) {
            throw new AssertionError(e);
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
