// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import static org.ops4j.pax.exam.CoreOptions.composite;
import static org.ops4j.pax.exam.CoreOptions.systemProperty;
import static org.ops4j.pax.exam.CoreOptions.systemTimeout;
import static org.ops4j.pax.exam.CoreOptions.vmOptions;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.configureConsole;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.logLevel;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.replaceConfigurationFile;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.karaf.options.LogLevelOption.LogLevel;

/** Karaf as it is downloaded, with our archive in its deploy folder and no way to fetch anything else. */
final class KarafContainer {
    private static final Path CONTAINER = Path.of(System.getProperty("viommu.container"));
    private static final String VERSION = System.getProperty("karaf.version");
    /** For Karaf to start, and for a service that a test asks for. */
    private static final int PATIENCE_MILLIS = 600_000;

    private static final String MVN = "etc/org.ops4j.pax.url.mvn.cfg";

    private KarafContainer() {}

    static Option installed() {
        return composite(
                systemTimeout(PATIENCE_MILLIS),
                systemProperty("pax.exam.service.timeout").value(Integer.toString(PATIENCE_MILLIS)),
                karafDistributionConfiguration()
                        .frameworkUrl(
                                CONTAINER.resolve("apache-karaf.tar.gz").toUri().toString())
                        .karafVersion(VERSION)
                        .name("Apache Karaf")
                        .unpackDirectory(CONTAINER.resolve("unpacked").toFile()),
                javaOptions(),
                configureConsole().ignoreLocalConsole().ignoreRemoteShell(),
                freePort("etc/org.apache.karaf.management.cfg", "rmiRegistryPort"),
                freePort("etc/org.apache.karaf.management.cfg", "rmiServerPort"),
                freePort("etc/org.apache.karaf.shell.cfg", "sshPort"),
                logLevel(LogLevel.WARN),
                offline(),
                // Its imports are there once the features are installed: who makes traffic installs it then.
                systemProperty("viommu.traffic")
                        .value(CONTAINER
                                .resolve("org.viommu.itest.traffic.jar")
                                .toUri()
                                .toString()),
                systemProperty("viommu.kept").value(CONTAINER.resolve("kept").toString()),
                systemProperty("viommu.hosting").value(file("viommu.hosting")),
                replaceConfigurationFile(
                        "deploy/viommu-karaf.kar",
                        Path.of(System.getProperty("viommu.archive")).toFile()));
    }

    /** Another Karaf may run beside. */
    private static Option freePort(String file, String key) {
        try (ServerSocket socket = new ServerSocket(0)) {
            return editConfigurationFilePut(file, key, Integer.toString(socket.getLocalPort()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String file(String property) {
        return Path.of(System.getProperty(property)).normalize().toUri().toString();
    }

    private static Option offline() {
        return composite(
                editConfigurationFilePut(MVN, "org.ops4j.pax.url.mvn.repositories", ""),
                editConfigurationFilePut(
                        MVN,
                        "org.ops4j.pax.url.mvn.defaultRepositories",
                        "file:${karaf.home}/${karaf.default.repository}@id=system.repository@snapshots,"
                                + "file:${karaf.data}/kar@id=kar.repository@multi@snapshots,"
                                + CONTAINER.resolve("exam").toUri() + "@id=exam"));
    }

    /** Those of bin/karaf, which Pax Exam does not run. */
    private static Option javaOptions() {
        return vmOptions(
                "--add-reads=java.xml=java.logging",
                "--add-exports=java.base/org.apache.karaf.specs.locator=java.xml,ALL-UNNAMED",
                "--patch-module=java.base=lib/endorsed/org.apache.karaf.specs.locator-" + VERSION + ".jar",
                "--patch-module=java.xml=lib/endorsed/org.apache.karaf.specs.java.xml-" + VERSION + ".jar",
                "--add-opens=java.base/java.security=ALL-UNNAMED",
                "--add-opens=java.base/java.net=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.naming/javax.naming.spi=ALL-UNNAMED",
                "--add-opens=java.rmi/sun.rmi.transport.tcp=ALL-UNNAMED",
                "--add-exports=java.base/sun.net.www.protocol.file=ALL-UNNAMED",
                "--add-exports=java.base/sun.net.www.protocol.ftp=ALL-UNNAMED",
                "--add-exports=java.base/sun.net.www.protocol.http=ALL-UNNAMED",
                "--add-exports=java.base/sun.net.www.protocol.https=ALL-UNNAMED",
                "--add-exports=java.base/sun.net.www.protocol.jar=ALL-UNNAMED",
                "--add-exports=java.base/sun.net.www.content.text=ALL-UNNAMED",
                "--add-exports=jdk.xml.dom/org.w3c.dom.html=ALL-UNNAMED",
                "--add-exports=jdk.naming.rmi/com.sun.jndi.url.rmi=ALL-UNNAMED",
                "--add-exports=java.rmi/sun.rmi.registry=ALL-UNNAMED",
                "--add-exports=java.security.sasl/com.sun.security.sasl=ALL-UNNAMED",
                "--add-exports=java.naming/com.sun.jndi.ldap=ALL-UNNAMED");
    }
}
