// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.mvstore.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.viommu.mapping.recording.Medium;

/** Devices in a file of H2's MVStore: a map of devices, and for each device a map of domains, one of attachments, and one for each table. */
public final class FileMedium implements Medium {
    /** Value of the store version; a file with another one was made by something else. */
    private static final int FORMAT = 0x0109;

    private static final int PAGE_CACHE_MIB = 1;

    /** Below this share of live data, in percent, the file is compacted while nothing else is to do. */
    private static final int MIN_FILL_RATE = 50;

    /** How long space is not used again if the disk may write in another order. */
    private static final int RETENTION_MILLIS = 1000;

    private static final int COMPACT_BYTES = 4 << 20;
    private static final int CLOSE_MILLIS = 200;

    private final Path file;
    private final boolean force;
    private final Map<String, FileDevice> devices = new HashMap<>();
    private MVStore store;
    private MVMap<String, String> names;

    /** False from the moment on at which something in the file could not be read. */
    private boolean compacts = true;

    /**
     * Creates the medium; it opens nothing yet.
     *
     * @param file of the store; it is created if it does not exist
     * @param force whether a commit waits for the disk, so that it outlives the machine and not only the process
     */
    public FileMedium(Path file, boolean force) {
        this.file = file;
        this.force = force;
    }

    @Override
    public void open() throws IOException {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            boolean isNew = !Files.exists(file) || Files.size(file) == 0;
            store = new MVStore.Builder()
                    .fileName(file.toString())
                    .autoCommitDisabled()
                    .autoCommitBufferSize(0)
                    .cacheSize(PAGE_CACHE_MIB)
                    .cacheConcurrency(1)
                    .open();
            if (!isNew && store.getStoreVersion() != FORMAT) {
                throw new IOException("%s: is not a file of this store: its version is 0x%x and not 0x%x"
                        .formatted(file, store.getStoreVersion(), FORMAT));
            }
            // A forced commit ends before the next one begins, so that space is free as soon as it is not used.
            store.setRetentionTime(force ? 0 : RETENTION_MILLIS);
            store.setVersionsToKeep(0);
            store.setStoreVersion(FORMAT);
            names = store.openMap("devices");
            removeOrphans();
            commit();
        } catch (MVStoreException | IllegalArgumentException e) {
            abandon();
            throw failure(e);
        } catch (IOException e) {
            abandon();
            throw e;
        }
    }

    @Override
    public Device device(String name) throws IOException {
        return guarded(() -> devices.computeIfAbsent(name, any -> new FileDevice(this, name)));
    }

    @Override
    public void commit() throws IOException {
        guarded(() -> {
            store.commit();
            if (force) {
                store.sync();
            }
            return null;
        });
    }

    @Override
    public void tidy() {
        if (compacts && store != null && !store.isClosed() && store.getFillRate() < MIN_FILL_RATE) {
            try {
                store.compact(MIN_FILL_RATE, COMPACT_BYTES);
                commit();
            } catch (IOException | RuntimeException e) {
                // There may be room to write again, but what cannot be read stays so.
                compacts = isOfWriting(e);
                // The next commit will fail too, and will be taken care of.
                abandon();
            }
        }
    }

    @Override
    public void close() {
        devices.clear();
        if (store == null || store.isClosed()) {
            return;
        }
        try {
            if (store.hasUnsavedChanges()) {
                abandon();
            } else {
                store.close(CLOSE_MILLIS);
            }
        } catch (MVStoreException e) {
            abandon();
        }
    }

    /** Closes a file without writing to it, as far as it is open. */
    private void abandon() {
        if (store != null) {
            store.closeImmediately();
        }
    }

    MVStore store() {
        return store;
    }

    MVMap<String, String> names() {
        return names;
    }

    /** Does something with the file; what MVStore throws becomes a failure that names the file. */
    <T> T guarded(Step<T> step) throws IOException {
        try {
            return step.run();
        } catch (MVStoreException | IllegalArgumentException e) {
            throw failure(e);
        }
    }

    /** Reads what the file has of a device. MVStore does not check what is in a page, so anything may come of a damaged one. */
    <T> T reading(String device, Step<T> step) throws IOException {
        try {
            return step.run();
        } catch (RuntimeException e) {
            throw new IOException(
                    "%s: what it has of %s cannot be read, and stays as it is: %s".formatted(file, device, root(e)), e);
        }
    }

    /** Something that is done with the file. */
    interface Step<T> {
        T run() throws IOException;
    }

    /** Whether a failure, or the one that it names, is one of writing: a full disk, a limit. */
    static boolean isOfWriting(Exception failure) {
        Throwable origin = failure instanceof IOException ? failure.getCause() : failure;
        return origin instanceof MVStoreException failed && failed.getErrorCode() == DataUtils.ERROR_WRITING_FAILED;
    }

    /** Tables that no device refers to: copies that were not completed. */
    private void removeOrphans() {
        for (String map : store.getMapNames()) {
            if (FileDevice.isOrphan(map, this)) {
                store.removeMap(map);
            }
        }
    }

    private IOException failure(RuntimeException cause) {
        int code = cause instanceof MVStoreException failed ? failed.getErrorCode() : 0;
        String what = switch (code) {
            case DataUtils.ERROR_FILE_LOCKED -> "is in use by another process or bundle";
            case DataUtils.ERROR_WRITING_FAILED -> "cannot be written: " + root(cause);
            case DataUtils.ERROR_READING_FAILED -> "cannot be read: " + root(cause);
            case DataUtils.ERROR_UNSUPPORTED_FORMAT -> "is of a newer version of H2's MVStore";
            case DataUtils.ERROR_CLOSED -> "was closed after a failure";
            default -> "is damaged, or not a file of this store: " + root(cause);
        };
        return new IOException(file + ": " + what, cause);
    }

    private static String root(Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage() == null ? root : root.getMessage())
                .lines()
                .findFirst()
                .orElse("");
    }
}
