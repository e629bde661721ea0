// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.mapping.KeptDevice;
import org.viommu.mapping.MappingStore;

/**
 * Puts in force what a store has kept of the device, be the store there from the beginning or appear later. That ends
 * with the first driver that starts, or the first reset of the machine: both begin without domains, as virtio demands.
 *
 * <p>The topology may come after the device. Until it knows every endpoint that was attached, what is kept waits; the
 * endpoints that are not known have no access meanwhile.
 *
 * <p>Confined to the {@link SingleWriter}.
 */
final class Resumption {
    private static final Logger LOG = LoggerFactory.getLogger(Resumption.class);

    private final IommuSettings settings;
    private final AddressSpaces spaces;
    private final Endpoints endpoints;
    private final IommuConfigSpace config;
    private boolean over;

    /** Whether the next driver is one that goes on. */
    private boolean restored;

    /** What is kept in the present store and not yet in force; null if nothing is. */
    private KeptDevice waiting;

    /**
     * Begins with the store that the device begins with.
     *
     * @param settings of the device
     * @param spaces without domains
     * @param endpoints of the device
     * @param config with the global bypass
     */
    Resumption(IommuSettings settings, AddressSpaces spaces, Endpoints endpoints, IommuConfigSpace config) {
        this.settings = settings;
        this.spaces = spaces;
        this.endpoints = endpoints;
        this.config = config;
        Ledger ledger = spaces.ledger();
        waiting = usable(ledger);
        if (waiting == null) {
            ledger.begin(settings.fingerprint(), config.bypass());
            ledger.commit();
        }
        attempt();
    }

    /**
     * Takes the device over from a store, if that keeps it and the device has not been used yet.
     *
     * @return the number of mappings; nothing if they have to be moved to the store
     */
    OptionalLong adopt(MappingStore store) {
        if (over || !spaces.empty()) {
            return OptionalLong.empty();
        }
        Ledger ledger = spaces.openLedger(store);
        boolean recorded = ledger.records();
        KeptDevice kept = usable(ledger);
        if (recorded && !ledger.records()) {
            throw new HandoverFailure("what it keeps of the device cannot be read");
        }
        if (waiting != null) {
            // What could not be put in force stays where it is.
            spaces.ledger().close();
            waiting = null;
        }
        if (kept == null) {
            ledger.close();
            return OptionalLong.empty();
        }
        spaces.adopt(store, ledger);
        waiting = kept;
        attempt();
        return OptionalLong.of(spaces.mappings());
    }

    /** Puts what waits in force, if the topology is complete. */
    void attempt() {
        if (waiting == null || !endpointsKnown()) {
            return;
        }
        KeptDevice kept = waiting;
        waiting = null;
        if (!spaces.resume(kept)) {
            return;
        }
        config.resume(kept.bypass());
        spaces.ledger().begun(kept.bypass());
        LOG.info(
                "IOMMU {}: continues with {} domains, {} endpoints and {} mappings that its store kept",
                settings.qualifiedName(),
                kept.domains().size(),
                kept.attachments().size(),
                spaces.mappings());
    }

    /**
     * Brings domains back that another instance has saved; the driver that starts next goes on with them. What the
     * store has kept ends, unless the saved state belongs to a device with another configuration.
     *
     * @throws IllegalArgumentException as {@link Restoration} does
     */
    void restore(SavedDevice saved) {
        Restoration restoration = new Restoration(settings, spaces, endpoints);
        restoration.check(saved);
        end();
        restoration.restore(saved);
        spaces.ledger().commit();
        restored = true;
    }

    /** There are no domains, unless they have just been brought back for this driver. */
    void driverStarts() {
        if (restored) {
            restored = false;
        } else {
            end();
        }
    }

    /** The machine is reset: there are no domains. */
    void end() {
        over = true;
        restored = false;
        if (waiting != null) {
            waiting = null;
            spaces.ledger().begin(settings.fingerprint(), config.bypass());
        }
        spaces.reset();
    }

    private KeptDevice usable(Ledger ledger) {
        KeptDevice kept = ledger.kept().orElse(null);
        if (kept != null && !kept.fingerprint().equals(settings.fingerprint())) {
            LOG.warn(
                    "IOMMU {}: begins without domains, because its store kept it with '{}' and it has '{}' now",
                    settings.qualifiedName(),
                    kept.fingerprint(),
                    settings.fingerprint());
            return null;
        }
        return kept;
    }

    private boolean endpointsKnown() {
        return waiting.attachments().keySet().stream().allMatch(id -> endpoints.reserved(id) != null);
    }
}
