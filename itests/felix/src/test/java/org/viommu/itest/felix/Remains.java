// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/** What devices leave behind if they are not careful: services, threads, MBeans and open sockets of this process. */
record Remains(List<String> services, List<String> threads, List<String> beans, long sockets) {
    static Remains of(BundleContext context) {
        return new Remains(registeredServices(context), names(ourThreads()), registeredBeans(), openSockets());
    }

    /** The threads of devices, without those that wait in a system call of their own. */
    static List<Thread> deviceThreads() {
        return ourThreads().filter(it -> it.getName().startsWith("viommu-")).toList();
    }

    private static Stream<Thread> ourThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(it -> it.getName().startsWith("viommu-") || it.getName().startsWith("vfio-user "));
    }

    private static List<String> names(Stream<Thread> threads) {
        return threads.map(Thread::getName).sorted().toList();
    }

    /** Those of machines and their devices. */
    private static List<String> registeredServices(BundleContext context) {
        try {
            ServiceReference<?>[] references = context.getAllServiceReferences(null, "(viommu.machine=*)");
            return Stream.of(references == null ? new ServiceReference<?>[0] : references)
                    .map(ServiceReference::toString)
                    .sorted()
                    .toList();
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static List<String> registeredBeans() {
        try {
            return ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("org.viommu:*"), null).stream()
                    .map(ObjectName::toString)
                    .sorted()
                    .toList();
        } catch (MalformedObjectNameException e) {
            throw new AssertionError(e);
        }
    }

    private static long openSockets() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.filter(Remains::isSocket).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isSocket(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor).toString().startsWith("socket:");
        } catch (NoSuchFileException e) {
            // Closed meanwhile.
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
