// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping;

import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a {@link RecordingStore} keeps of one device beside the mappings: its domains, who is attached to them, and the global bypass. The device writes it, and
 * reads it once when it comes into being.
 *
 * <p>An owner that has opened a record either continues with what is {@linkplain #kept() kept}, taking each table by {@link #resume}, or {@linkplain #begin
 * begins} anew. Then it says what changes. What it and the tables of the device have been told becomes lasting with {@link #commit}, all of it or nothing; what
 * has been told since the last commit may or may not last.
 *
 * <p><b>Threads.</b> Used by the thread that changes the device's tables.
 *
 * <p><b>Errors.</b> No method that writes throws because a disk is full or a peer is gone: the store goes on from memory, says so in
 * {@link RecordingStore#problem()}, and makes good for it when it can. Those that read throw {@link RecordFault}: nobody may take what he cannot read for nothing.
 */
@ConsumerType
public interface DeviceRecord extends AutoCloseable {
    /**
     * What the last owner left.
     *
     * @return empty if the device is not recorded
     * @throws RecordFault if that cannot be told
     */
    Optional<KeptDevice> kept();

    /**
     * Takes the table of a domain over, with the mappings that were kept.
     *
     * @param domain ID of a domain of {@link #kept()} that is not a bypass domain
     * @return the table, owned by the caller, who closes it
     * @throws RecordFault if the table cannot be read
     */
    MappingTable resume(int domain);

    /**
     * Begins anew, without domains. Whatever was kept is forgotten with the next commit.
     *
     * @param fingerprint configuration on which mappings depend, see {@link KeptDevice#fingerprint()}
     * @param bypass the global bypass
     */
    void begin(String fingerprint, boolean bypass);

    /**
     * The global bypass has changed.
     *
     * @param bypass whether unattached endpoints reach memory untranslated
     */
    void bypass(boolean bypass);

    /**
     * A domain has come into being. Its mappings are those of the table that {@link MappingStore#open} opened last for it.
     *
     * @param domain domain ID, unsigned 32-bit
     * @param bypass whether it is a bypass domain, which has no table
     */
    void opened(int domain, boolean bypass);

    /**
     * A domain has ceased to exist. Its table may be closed later.
     *
     * @param domain domain ID, unsigned 32-bit
     */
    void closed(int domain);

    /**
     * An endpoint is attached, from another domain or from none.
     *
     * @param endpoint endpoint ID, unsigned 32-bit
     * @param domain domain ID, unsigned 32-bit
     */
    void attached(int endpoint, int domain);

    /**
     * An endpoint is in no domain any more.
     *
     * @param endpoint endpoint ID, unsigned 32-bit
     */
    void detached(int endpoint);

    /**
     * An endpoint that was attached has ceased to exist. Passed over as {@link #reset()} is.
     *
     * @param endpoint endpoint ID, unsigned 32-bit
     */
    void unplugged(int endpoint);

    /**
     * The device is reset: no endpoint is attached, and there are no domains. A store whose platform is being stopped passes over it and
     * all that follows, because a platform that takes a device down must leave the same as one that is killed.
     */
    void reset();

    /**
     * Makes lasting what the record and the device's tables have been told. Called once for each batch of requests, before the guest sees the first of their
     * answers. Cheap if there is nothing to do.
     */
    void commit();

    /** The device has moved to another store: forgets it at once, and closes the record. Passed over as {@link #reset()} is. */
    void drop();

    /** Ends the ownership and leaves what was committed to the next owner. Idempotent. */
    @Override
    void close();
}
