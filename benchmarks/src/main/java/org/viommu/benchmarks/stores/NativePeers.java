// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.benchmarks.stores;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.viommu.benchmarks.SystemCompiler;
import org.viommu.benchmarks.SystemCompiler.MissingTool;

/** The peers in C and C++, each a program of its own. */
final class NativePeers {
    private final Path sources;
    private final Path target;

    NativePeers(Path sources, Path target) {
        this.sources = sources;
        this.target = target;
    }

    /**
     * Builds all of them.
     *
     * @throws MissingTool if the system cannot
     */
    void build() throws IOException, MissingTool {
        Files.createDirectories(target);
        List<String> glib = SystemCompiler.options("glib-2.0");
        for (Store store : Store.values()) {
            if (store.isNative()) {
                SystemCompiler.compile(
                        sources.resolve(store.source), binary(store), store == Store.GTREE ? glib : List.of());
            }
        }
    }

    Path binary(Store store) {
        return target.resolve(store.name().toLowerCase(Locale.ROOT));
    }
}
