// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.traffic;

import java.io.IOException;
import java.util.Map;
import java.util.NavigableMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.dma.DmaPort;
import org.viommu.dma.DmaTranslator;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;
import org.viommu.virtio.DeviceType;

/** A machine with a guest that sends its IOMMU requests and DMA until it is powered off. */
public final class WorkingGuest {
    /** What is done while the guest works. */
    public interface Operation {
        void run() throws Exception;
    }

    private final Machine machine;
    private final ServiceReference<IommuStatus> device;
    private final Object since;
    private final TestGuest guest;
    private final DmaPort port;
    private final Traffic traffic;

    public WorkingGuest(BundleContext context, ConfigurationAdmin configurations) throws Exception {
        machine = new Machine(context, configurations);
        guest = new TestGuest(machine.service(DeviceType.class));
        port = machine.service(DmaTranslator.class).open(SampleTopology.ENDPOINT, guest.memory());
        device = machine.present();
        since = device.getProperty(IommuStatus.SINCE);
        require("no " + IommuStatus.SINCE, since != null);
        traffic = new Traffic(guest, port);
    }

    /** Where the mappings are kept. */
    public IommuSnapshot.Store store() {
        return machine.store();
    }

    /** Lets the device use stores that pass a filter, and no others. */
    public void admit(String target) throws IOException {
        machine.configure(Map.of("store.target", target));
    }

    /** Returns when the mappings are in that store and no move is under way. */
    public void awaitStore(String name) throws InterruptedException {
        machine.awaitStore(name);
    }

    /** Returns when both requests and DMA have gone on after the call. */
    public void proceed() throws InterruptedException {
        traffic.proceed();
    }

    /** Returns when the mappings have moved to that store and both requests and DMA have gone on since. */
    public void proceedWith(String store) throws InterruptedException {
        traffic.proceed();
        awaitStore(store);
        traffic.proceed();
    }

    /** As {@link #proceedWith}, and compares. */
    public void compareWith(String store) throws InterruptedException {
        proceedWith(store);
        compare();
    }

    /** Does something to the store in use, and returns when the device has left it and come back. */
    public void moveAwayAndBack(Operation operation) throws Exception {
        String name = store().name();
        long swaps = store().swaps();
        operation.run();
        Waiting.until(() -> "two moves: " + store(), () -> store().swaps() >= swaps + 2);
        proceedWith(name);
    }

    /** Compares every mapping with what was promised, between two batches of requests; the traffic goes on. */
    public void compare() throws InterruptedException {
        traffic.compare(this::check);
    }

    /** Ends the traffic and compares all that was promised, which it returns. */
    public NavigableMap<Long, Long> end() throws InterruptedException {
        traffic.end();
        check(traffic.oracle());
        return traffic.oracle();
    }

    public void powerOff() throws Exception {
        traffic.stop();
        port.close();
        guest.close();
        machine.powerOff();
    }

    private void check(NavigableMap<Long, Long> promised) {
        require("the device was restarted", device.equals(machine.present()));
        require("the device began anew", since.equals(device.getProperty(IommuStatus.SINCE)));
        require("mappings are not as promised", promised.equals(machine.mappings()));
        require("DMA was refused", guest.faults() == 0);
    }

    private static void require(String otherwise, boolean condition) {
        if (!condition) {
            throw new AssertionError(otherwise);
        }
    }
}
