// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

/**
 * An endpoint that is attached to a domain or has an open port. Its ports follow {@link #view()}, which is replaced as
 * a whole.
 */
final class Endpoint implements IdTable.Identified {
    /**
     * What decides the endpoint's accesses.
     *
     * @param reserved what is reserved for it; null if the topology does not know it
     * @param domain where it is attached; null if nowhere
     * @param traced whether each access is told
     */
    record View(ReservedRegions reserved, Domain domain, boolean traced) {
        boolean known() {
            return reserved != null;
        }

        boolean attached() {
            return domain != null;
        }
    }

    private final int id;
    private volatile View view;

    /** Open ports; guarded by {@link Endpoints}. */
    private int ports;

    Endpoint(int id, View view) {
        this.id = id;
        this.view = view;
    }

    @Override
    public int id() {
        return id;
    }

    View view() {
        return view;
    }

    void change(View next) {
        view = next;
    }

    int ports() {
        return ports;
    }

    void countPorts(int change) {
        ports += change;
    }
}
