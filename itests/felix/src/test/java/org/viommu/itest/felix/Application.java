// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.ops4j.pax.exam.CoreOptions.bootDelegationPackages;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.frameworkProperty;
import static org.ops4j.pax.exam.CoreOptions.junitBundles;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.ops4j.pax.exam.Option;

/** The bundles of the application as they are shipped. */
final class Application {
    /**
     * The backend of the log does not start beside the older slf4j that Pax Exam has on its class path; logging then goes to the console. The other one would make
     * configurations of files in a folder of its own choice, unless the launcher tells it one.
     */
    private static final Set<String> LEFT_OUT = Set.of("pax-logging-logback.jar", "org.apache.felix.fileinstall.jar");

    private Application() {}

    static Option installed() throws IOException {
        Path folder = Path.of(System.getProperty("viommu.application"));
        List<Option> bundles;
        try (Stream<Path> jars = Files.list(folder.resolve("bundle"))) {
            bundles = jars.filter(jar -> !LEFT_OUT.contains(jar.getFileName().toString()))
                    .sorted()
                    .<Option>map(jar -> bundle("reference:" + jar.toUri()))
                    .toList();
        }
        return composite(
                composite(bundles.toArray(Option[]::new)),
                bundle("reference:"
                        + Path.of(System.getProperty("viommu.traffic")).toUri()),
                frameworkProperty("org.ops4j.pax.logging.StaticLogbackFile")
                        .value(folder.resolve("conf/logback.xml").toString()),
                frameworkProperty("org.ops4j.pax.logging.DefaultServiceLog.level")
                        .value("ERROR"),
                // As in the application's framework.properties.
                bootDelegationPackages("jdk.jfr.internal", "jdk.jfr.internal.event"),
                frameworkProperty("gosh.args").value("--nointeractive"),
                junitBundles());
    }
}
