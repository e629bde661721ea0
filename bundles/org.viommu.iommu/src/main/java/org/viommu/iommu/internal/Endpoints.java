// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import java.util.function.Consumer;

/**
 * The endpoints that are attached or have an open port, and the directory of those that exist. An endpoint that is
 * neither attached nor open takes no memory.
 *
 * <p>Thread-safe; look-ups take no lock. Only the writer attaches and detaches.
 */
final class Endpoints {
    private final IdTable<Endpoint> table = new IdTable<>();
    private final Trace trace;
    private volatile EndpointDirectory directory;

    Endpoints(EndpointDirectory directory, Trace trace) {
        this.directory = directory;
        this.trace = trace;
    }

    /** What is reserved for an endpoint; null if there is no such endpoint. */
    ReservedRegions reserved(int id) {
        Endpoint endpoint = table.get(id);
        return endpoint != null ? endpoint.view().reserved() : directory.find(id);
    }

    /** Where an endpoint is attached; null if nowhere. */
    Domain domain(int id) {
        Endpoint endpoint = table.get(id);
        return endpoint == null ? null : endpoint.view().domain();
    }

    /** Makes an endpoint a member of a domain. */
    synchronized void attach(int id, Domain domain) {
        Endpoint endpoint = obtain(id);
        endpoint.change(view(endpoint.view().reserved(), domain));
    }

    /** Makes an endpoint a member of no domain. */
    synchronized void detach(int id) {
        Endpoint endpoint = obtain(id);
        endpoint.change(view(endpoint.view().reserved(), null));
        dropIfUnused(endpoint);
    }

    /** The endpoint for one more port. */
    synchronized Endpoint open(int id) {
        Endpoint endpoint = obtain(id);
        endpoint.countPorts(1);
        return endpoint;
    }

    /** Takes back what {@link #open} gave. */
    synchronized void close(Endpoint endpoint) {
        endpoint.countPorts(-1);
        dropIfUnused(endpoint);
    }

    /** Changes what exists; attached endpoints stay so until {@link #refresh}. */
    synchronized void direct(EndpointDirectory next) {
        directory = next;
    }

    /** Brings an endpoint up to date with the directory. */
    synchronized void refresh(Endpoint endpoint) {
        endpoint.change(view(directory.find(endpoint.id()), endpoint.view().domain()));
    }

    /** Has ports notice that the trace has begun or ended: they look at nothing but their endpoint's view. */
    synchronized void traceChanged() {
        table.forEach(endpoint ->
                endpoint.change(view(endpoint.view().reserved(), endpoint.view().domain())));
    }

    /** Visits the endpoints that are attached or have an open port. */
    void forEach(Consumer<Endpoint> visitor) {
        table.forEach(visitor);
    }

    private Endpoint.View view(ReservedRegions reserved, Domain domain) {
        return new Endpoint.View(reserved, domain, trace.on());
    }

    private Endpoint obtain(int id) {
        Endpoint endpoint = table.get(id);
        if (endpoint == null) {
            endpoint = new Endpoint(id, view(directory.find(id), null));
            table.put(endpoint);
            if (trace.on()) {
                trace.put(TraceKind.GET_ENDPOINT, id);
            }
        }
        return endpoint;
    }

    private void dropIfUnused(Endpoint endpoint) {
        if (endpoint.ports() == 0 && !endpoint.view().attached()) {
            table.remove(endpoint.id());
            if (trace.on()) {
                trace.put(TraceKind.PUT_ENDPOINT, endpoint.id());
            }
        }
    }
}
