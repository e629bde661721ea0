// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.karaf;

import java.lang.reflect.InvocationTargetException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.service.cm.ConfigurationAdmin;

/**
 * The guest of the traffic's bundle, reached by reflection only. A test that named its class would get a wire to our bundles, and Karaf would start the test
 * anew when they go.
 */
final class RemoteGuest {
    private static final String TYPE = "org.viommu.itest.traffic.WorkingGuest";

    private final Bundle bundle;
    private final Object guest;

    RemoteGuest(BundleContext context, ConfigurationAdmin configurations) throws Exception {
        bundle = context.installBundle(System.getProperty("viommu.traffic"));
        bundle.start();
        guest = bundle.loadClass(TYPE)
                .getConstructor(BundleContext.class, ConfigurationAdmin.class)
                .newInstance(bundle.getBundleContext(), configurations);
    }

    /** Calls a method of the guest that takes nothing. */
    void call(String method) throws Exception {
        try {
            guest.getClass().getMethod(method).invoke(guest);
        } catch (InvocationTargetException e) {
            throw new AssertionError(method, e.getCause());
        }
    }

    void uninstall() throws BundleException {
        bundle.uninstall();
    }
}
