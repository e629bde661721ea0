// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.launcher;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** A running framework with every bundle of one folder. Stopped by a signal it takes its bundles down in order. */
final class Platform implements AutoCloseable {
    /** How the names of platforms' folders begin; they are in the system's folder for temporary files. */
    static final String FOLDER_PREFIX = "viommu-";

    /** Bundles that hold child processes end them when they stop; this bounds how long that may take. */
    private static final long STOP_MILLIS = 60_000;

    /** Makes configurations of files. It would watch a folder of its own choice if it were not told one. */
    private static final String WATCHER = "org.apache.felix.fileinstall";

    private static final String WATCHED = "felix.fileinstall.dir";
    private static final String WATCHED_SCRATCH = "felix.fileinstall.tmpdir";

    private final Framework framework;
    private final Path storage;
    private final boolean watches;

    private Platform(Framework framework, Path storage, boolean watches) {
        this.framework = framework;
        this.storage = storage;
        this.watches = watches;
    }

    /**
     * Starts the framework and the bundles in the folder {@code bundle} with the properties in {@code conf}.
     *
     * <p>A bundle that does not start is reported in one line and left out.
     *
     * @param configurations folder whose files configure the platform, now and whenever they change; empty for none
     */
    static Platform start(Path application, Optional<Path> configurations) throws BundleException, IOException {
        Path storage = Files.createTempDirectory(FOLDER_PREFIX);
        Map<String, String> properties = properties(application, storage);
        configurations.ifPresent(folder -> {
            properties.put(WATCHED, folder.toString());
            properties.put(WATCHED_SCRATCH, storage.resolve("watched").toString());
        });
        FrameworkFactory factory =
                ServiceLoader.load(FrameworkFactory.class).findFirst().orElseThrow();
        Platform platform = new Platform(factory.newFramework(properties), storage, configurations.isPresent());
        Runtime.getRuntime().addShutdownHook(new Thread(platform::close, "viommu-stop"));
        platform.framework.start();
        platform.startBundles(application.resolve("bundle"));
        return platform;
    }

    /** Returns when the framework has stopped. */
    void awaitStop() throws InterruptedException {
        framework.waitForStop(0);
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    @Override
    public synchronized void close() {
        try {
            framework.stop();
            framework.waitForStop(STOP_MILLIS);
            delete(storage);
        } catch (BundleException | InterruptedException | IOException e) {
            System.err.println("viommu: the platform does not stop: " + e.getMessage());
        }
    }

    private static Map<String, String> properties(Path application, Path storage) throws IOException {
        Properties file = new Properties();
        try (Reader reader = Files.newBufferedReader(application.resolve("conf/framework.properties"))) {
            file.load(reader);
        }
        Map<String, String> properties = new HashMap<>();
        for (String key : file.stringPropertyNames()) {
            String value = file.getProperty(key)
                    .replace("${viommu.conf}", application.resolve("conf").toString());
            properties.put(key, System.getProperty(key, value));
        }
        properties.put(Constants.FRAMEWORK_STORAGE, storage.toString());
        properties.put(
                RunningPlatform.PROPERTY,
                storage.resolve(RunningPlatform.SOCKET).toString());
        return properties;
    }

    private void startBundles(Path folder) throws BundleException, IOException {
        List<Bundle> foundations = new ArrayList<>();
        List<Bundle> components = new ArrayList<>();
        List<Bundle> watchers = new ArrayList<>();
        try (Stream<Path> jars = Files.list(folder)) {
            for (Path jar : jars.sorted().toList()) {
                Bundle bundle = context().installBundle("reference:" + jar.toUri());
                boolean hasComponents = bundle.getHeaders().get("Service-Component") != null;
                boolean isWatcher = WATCHER.equals(bundle.getSymbolicName());
                (isWatcher ? watchers : hasComponents ? components : foundations).add(bundle);
            }
        }
        // Components log as soon as they start: what they stand on comes first.
        foundations.forEach(Platform::start);
        components.forEach(Platform::start);
        if (watches) {
            watchers.forEach(Platform::start);
        }
    }

    private static void start(Bundle bundle) {
        try {
            bundle.start();
        } catch (BundleException e) {
            System.err.println("viommu: bundle " + bundle.getSymbolicName() + " does not start: " + reason(e));
        }
    }

    private static String reason(BundleException e) {
        Throwable reason = e.getType() == BundleException.ACTIVATOR_ERROR ? e.getCause() : e;
        // Felix ends with the list of what it has just said.
        return String.valueOf(reason.getMessage())
                .replaceFirst(" Unresolved requirements:.*", "")
                .replaceAll("\\s+", " ");
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, IOException e) throws IOException {
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
