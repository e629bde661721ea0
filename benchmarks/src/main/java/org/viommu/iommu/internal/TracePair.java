// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;

/** One process of {@link TraceCosts}: prints how much longer each piece of work takes with a trace that is off. */
final class TracePair {
    private static final String ABSENT = "viommu.trace.absent";
    private static final String OURS = "org.viommu.";
    private static final int ROUNDS = 2_000;
    private static final long BLOCK_NANOS = 1_000_000;
    private static final long WARM_NANOS = 4_000_000_000L;
    private static final int CALIBRATION_CALLS = 200;

    private TracePair() {}

    public static void main(String... arguments) throws ReflectiveOperationException, IOException {
        boolean withFirst = Boolean.parseBoolean(arguments[0]);
        for (Class<? extends Runnable> work : TraceWork.ALL) {
            Runnable first = copy(work, !withFirst);
            Runnable second = copy(work, withFirst);
            double ratio = compare(withFirst ? first : second, withFirst ? second : first);
            System.out.printf("%s %.5f%n", work.getSimpleName(), ratio);
        }
    }

    /** Median of the rounds' ratios. */
    private static double compare(Runnable with, Runnable without) {
        for (long start = System.nanoTime(); System.nanoTime() - start < WARM_NANOS; ) {
            with.run();
            without.run();
        }
        int calls = (int) Math.max(1, BLOCK_NANOS * CALIBRATION_CALLS / time(with, CALIBRATION_CALLS));
        double[] ratios = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            if (round % 2 == 0) {
                double time = time(with, calls);
                ratios[round] = time / time(without, calls);
            } else {
                double time = time(without, calls);
                ratios[round] = time(with, calls) / time;
            }
        }
        Arrays.sort(ratios);
        return ratios[ROUNDS / 2];
    }

    private static long time(Runnable work, int calls) {
        long start = System.nanoTime();
        for (int i = 0; i < calls; i++) {
            work.run();
        }
        return System.nanoTime() - start;
    }

    /** The work with classes of its own, which the compiler sees for the first time. */
    private static Runnable copy(Class<? extends Runnable> work, boolean absent)
            throws ReflectiveOperationException, IOException {
        System.setProperty(ABSENT, Boolean.toString(absent));
        var constructor = new Copy(classPath()).loadClass(work.getName()).getDeclaredConstructor();
        constructor.setAccessible(true);
        return (Runnable) constructor.newInstance();
    }

    private static URL[] classPath() throws MalformedURLException {
        String[] places = System.getProperty("java.class.path").split(File.pathSeparator);
        URL[] urls = new URL[places.length];
        for (int i = 0; i < places.length; i++) {
            urls[i] = new File(places[i]).toURI().toURL();
        }
        return urls;
    }

    /** Loads all classes of Viommu anew: shared ones would be compiled for both. */
    private static final class Copy extends URLClassLoader {
        Copy(URL... urls) {
            super(urls, TracePair.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (!name.startsWith(OURS)) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded == null ? findClass(name) : loaded;
            }
        }
    }
}
