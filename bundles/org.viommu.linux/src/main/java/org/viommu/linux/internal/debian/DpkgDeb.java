// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.debian;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.Subprocess;

/** Unpacks by the program {@code dpkg-deb}. */
final class DpkgDeb implements DebUnpacker {
    @Override
    public void unpack(List<Path> debs, Path target) throws CannotRun, IOException, InterruptedException {
        for (Path deb : debs) {
            List<String> output = new ArrayList<>();
            List<String> command = List.of("dpkg-deb", "-x", deb.toString(), target.toString());
            if (Subprocess.run(command, target, output::add) != 0) {
                throw CannotRun.because(
                        "%s cannot be unpacked to %s: %s", deb.getFileName(), target, String.join(" ", output));
            }
        }
    }
}
