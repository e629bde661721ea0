// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.viommu.linux.internal.CannotRun;

/** Unpacks package files; none of their scripts runs. */
interface DebUnpacker {
    /**
     * Unpacks packages one over the other.
     *
     * @param target a folder that exists
     * @throws CannotRun if a package is broken or there is no room
     */
    void unpack(List<Path> debs, Path target) throws CannotRun, IOException, InterruptedException;
}
