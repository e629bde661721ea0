// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.recording;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;
import org.viommu.mapping.KeptDevice;
import org.viommu.mapping.resident.ResidentTable;

/**
 * A place where devices are kept: a file, a cluster. All methods are called by one thread, which is never interrupted.
 *
 * <p>A method that fails throws an {@link IOException} whose message tells operators in one line what is wrong and where. The medium is then closed and, some
 * time later, opened again and told everything anew.
 */
@ConsumerType
public interface Medium {
    /** In place of a table for bypass domains. */
    long NO_TABLE = -1;

    /**
     * Opens or reopens the place.
     *
     * @throws IOException if it cannot be used
     */
    void open() throws IOException;

    /**
     * The part of a device. It stays valid until {@link #close}.
     *
     * @param name of the device
     * @return the device, which need not be kept yet
     * @throws IOException if the place cannot be read
     */
    Device device(String name) throws IOException;

    /**
     * Makes all that was told since the last commit lasting, for each device all or nothing.
     *
     * @throws IOException if it is not lasting
     */
    void commit() throws IOException;

    /**
     * What is wrong though nothing has failed, in one line for operators. Any thread may ask.
     *
     * @return empty if all is well
     */
    default String problem() {
        return "";
    }

    /** Has a moment for work that may be done at any time, after a commit. */
    default void tidy() {}

    /** Closes the place. Idempotent. What was not committed is lost. */
    void close();

    /**
     * A device as it is kept.
     *
     * @param state without the tables
     * @param tables table of each domain that is not a bypass domain, by the ID that {@link Device#created} gave it
     */
    record Kept(KeptDevice state, Map<Integer, Long> tables) {
        /** Copies the map. */
        public Kept {
            tables = Map.copyOf(tables);
        }
    }

    /** One device. Tables are told apart by IDs that are not used again. */
    interface Device {
        /**
         * What was committed last.
         *
         * @return empty if the device is not kept
         * @throws IOException if it cannot be read
         */
        Optional<Kept> kept() throws IOException;

        /**
         * Reads a kept table.
         *
         * @param table its ID
         * @param loader receives all mappings in ascending order
         * @throws IOException if it cannot be read
         */
        void load(long table, ResidentTable.Loader loader) throws IOException;

        /**
         * The device is kept from now on, without domains. Tables that have been created stay.
         *
         * @param fingerprint of its configuration
         * @param bypass the global bypass
         * @throws IOException if it cannot be written
         */
        void begin(String fingerprint, boolean bypass) throws IOException;

        /**
         * The global bypass has changed.
         *
         * @param bypass its new value
         * @throws IOException if it cannot be written
         */
        void bypass(boolean bypass) throws IOException;

        /**
         * A domain has come into being.
         *
         * @param domain domain ID
         * @param table its table, or {@link #NO_TABLE} for a bypass domain
         * @throws IOException if it cannot be written
         */
        void opened(int domain, long table) throws IOException;

        /**
         * A domain has ceased to exist. Its table stays.
         *
         * @param domain domain ID
         * @throws IOException if it cannot be written
         */
        void closed(int domain) throws IOException;

        /**
         * An endpoint is in a domain from now on.
         *
         * @param endpoint endpoint ID
         * @param domain domain ID
         * @throws IOException if it cannot be written
         */
        void attached(int endpoint, int domain) throws IOException;

        /**
         * An endpoint is in no domain.
         *
         * @param endpoint endpoint ID
         * @throws IOException if it cannot be written
         */
        void detached(int endpoint) throws IOException;

        /**
         * There are no domains and no attachments. Tables stay.
         *
         * @throws IOException if it cannot be written
         */
        void reset() throws IOException;

        /**
         * The device is not kept any more, with all that belongs to it.
         *
         * @throws IOException if it cannot be written
         */
        void forget() throws IOException;

        /**
         * A table was created, empty.
         *
         * @param table its ID
         * @throws IOException if it cannot be written
         */
        void created(long table) throws IOException;

        /**
         * A table is not needed any more. It may be unknown.
         *
         * @param table its ID
         * @throws IOException if it cannot be written
         */
        void dropped(long table) throws IOException;

        /**
         * A mapping was added. Passed over for unknown tables, as {@link #unmapped} is.
         *
         * @param table its table
         * @param start first I/O virtual address, unsigned
         * @param end last I/O virtual address (inclusive), unsigned
         * @param physical guest-physical address of {@code start}, unsigned
         * @param flags of the mapping
         * @throws IOException if it cannot be written
         */
        void mapped(long table, long start, long end, long physical, int flags) throws IOException;

        /**
         * All mappings that begin in a range were removed.
         *
         * @param table their table
         * @param start first I/O virtual address, unsigned
         * @param end last I/O virtual address (inclusive), unsigned
         * @throws IOException if it cannot be written
         */
        void unmapped(long table, long start, long end) throws IOException;
    }
}
