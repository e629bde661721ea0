// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.transport.vfiouser.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.transport.pci.PciFunction;
import org.viommu.transport.vfiouser.internal.os.NativeAccess;

/**
 * Offers every function that has a socket path; the path is the service property {@link PciFunction#VFIO_USER_SOCKET}.
 */
@Component(service = {})
public final class VfioUserHost {
    private static final Logger LOG = LoggerFactory.getLogger(VfioUserHost.class);

    private final Map<PciFunction, FunctionServer> servers = new IdentityHashMap<>();
    private final boolean usable;

    /** Checks that the operating system can be called at all. */
    @Activate
    public VfioUserHost() {
        usable = mayCallSystem();
    }

    /** Begins to offer a function. */
    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            target = "(" + PciFunction.VFIO_USER_SOCKET + "=*)")
    public void addFunction(PciFunction function, Map<String, Object> properties) {
        if (!usable) {
            return;
        }
        Object path = properties.get(PciFunction.VFIO_USER_SOCKET);
        try {
            FunctionServer server = FunctionServer.open(function, Path.of((String) path));
            synchronized (servers) {
                servers.put(function, server);
            }
        } catch (IOException | IllegalArgumentException | ClassCastException e) {
            LOG.error(
                    "{}: not offered: {} = {}: {}", function.name(), PciFunction.VFIO_USER_SOCKET, path, e.toString());
        }
    }

    /** Ceases to offer a function. Returns when nothing here uses it any more. */
    public void removeFunction(PciFunction function) {
        FunctionServer server;
        synchronized (servers) {
            server = servers.remove(function);
        }
        if (server != null) {
            server.close();
        }
    }

    private static boolean mayCallSystem() {
        try {
            NativeAccess.require();
            return true;
        } catch (IllegalStateException e) {
            LOG.error("no function is offered: {}", e.getMessage());
            return false;
        }
    }
}
