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

/** A {@link BackedStore} as a service, from its registration to its end. Tells the store that the platform stops before any bundle does. Thread-safe. */
public final class StoreOffer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreOffer.class);

    private final BundleContext context;
    private final BackedStore store;
    private final SynchronousBundleListener platform = this::onBundleEvent;
    private final ServiceRegistration<MappingStore> registration;

    /**
     * Registers the store.
     *
     * @param context of the bundle that provides it
     * @param store that is closed with this
     * @param ranking of the service
     * @param qualities further properties of the service, which say what the store is like
     */
    public StoreOffer(BundleContext context, BackedStore store, int ranking, Map<String, ?> qualities) {
        this.context = context;
        this.store = store;
        context.addBundleListener(platform);
        Dictionary<String, Object> properties = new Hashtable<>(qualities);
        properties.put(MappingStore.NAME, store.name());
        properties.put(Constants.SERVICE_RANKING, ranking);
        registration = context.registerService(MappingStore.class, store, properties);
    }

    /** Withdraws the service, whereupon devices move their mappings away, and closes the store. */
    @Override
    public void close() {
        try {
            registration.unregister();
        } catch (IllegalStateException e) {
            LOG.debug("the framework, which stops, has withdrawn store {} already", store.name());
        }
        context.removeBundleListener(platform);
        store.close();
    }

    private void onBundleEvent(BundleEvent event) {
        if (event.getType() == BundleEvent.STOPPING && event.getBundle().getBundleId() == 0) {
            store.stopping();
        }
    }
}
