// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.recording;

import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.SynchronousBundleListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.RecordingStore;

/**
 * A {@link BackedStore} as a service, from its registration to its end, or one that could not be opened. Tells the store that the platform stops before any bundle
 * does. Thread-safe.
 */
public final class StoreOffer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreOffer.class);

    private final BundleContext context;
    private final String name;

    /** Null if the store could not be opened. */
    private final BackedStore store;

    private final SynchronousBundleListener platform = this::onBundleEvent;
    private final ServiceRegistration<MappingStore> registration;

    private StoreOffer(
            BundleContext context, RecordingStore service, BackedStore store, int ranking, Map<String, ?> qualities) {
        this.context = context;
        this.store = store;
        name = service.name();
        context.addBundleListener(platform);
        Dictionary<String, Object> properties = new Hashtable<>(qualities);
        properties.put(MappingStore.NAME, name);
        properties.put(Constants.SERVICE_RANKING, ranking);
        registration = context.registerService(MappingStore.class, service, properties);
    }

    /**
     * Registers a store.
     *
     * @param context of the bundle that provides it
     * @param store that is closed with this
     * @param ranking of the service
     * @param qualities further properties of the service, which say what the store is like
     * @return what ends it
     */
    public static StoreOffer of(BundleContext context, BackedStore store, int ranking, Map<String, ?> qualities) {
        return new StoreOffer(context, store, store, ranking, qualities);
    }

    /**
     * Registers a store that cannot be used, so that each device that would use it says why it does not.
     *
     * @param context of the bundle that provides it
     * @param name the store's short name
     * @param problem what is wrong, in one line
     * @param ranking of the service
     * @param qualities further properties of the service
     * @return what ends it
     */
    public static StoreOffer unusable(
            BundleContext context, String name, String problem, int ranking, Map<String, ?> qualities) {
        return new StoreOffer(context, new UnusableStore(name, problem), null, ranking, qualities);
    }

    /** Withdraws the service, whereupon devices move their mappings away, and closes the store. */
    @Override
    public void close() {
        try {
            registration.unregister();
        } catch (IllegalStateException e) {
            LOG.debug("the framework, which stops, has withdrawn store {} already", name);
        }
        context.removeBundleListener(platform);
        if (store != null) {
            store.close();
        }
    }

    private void onBundleEvent(BundleEvent event) {
        if (store != null
                && event.getType() == BundleEvent.STOPPING
                && event.getBundle().getBundleId() == 0) {
            store.stopping();
        }
    }
}
