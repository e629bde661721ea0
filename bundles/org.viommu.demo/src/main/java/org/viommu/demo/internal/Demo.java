// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.demo.internal;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Locale;
import org.viommu.dma.DmaPort;
import org.viommu.dma.DmaTranslator;
import org.viommu.driver.DriverException;
import org.viommu.driver.FaultReport;
import org.viommu.iommu.IommuSnapshot;
import org.viommu.iommu.IommuStatus;

/** The demo's story, told on one page. */
final class Demo {
    private static final int EXCHANGES = 4;
    private static final long FAULT_PATIENCE_MILLIS = 60_000;

    private final DemoOptions options;
    private final PrintStream out;
    private final AddressPlan plan;

    Demo(DemoOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
        this.plan = new AddressPlan(options.mappings());
    }

    /**
     * Runs it.
     *
     * @return whether everything was as it must be
     * @throws IOException if a part of the platform is missing
     * @throws DriverException if the device cannot be driven
     */
    boolean run(InProcessGuest guest, DmaTranslator translator, IommuStatus status, StoreExchange stores)
            throws IOException, DriverException, InterruptedException {
        RequestLoad requests = new RequestLoad(guest.driver(), plan);
        try (DmaPort port = translator.open(DemoMachine.endpoint(0), guest.memory())) {
            DmaLoad dma = new DmaLoad(port, plan);
            requests.prepare();
            introduce(status.snapshot());
            requests.start();
            dma.start();
            boolean fine = phase(status.snapshot().store().name(), requests, dma);
            for (int i = 0; i < EXCHANGES && fine; i++) {
                fine = exchange(stores, requests, dma);
            }
            requests.stop();
            dma.stop();
            return fine && fault(guest, dma) & accountOfMappings(status.snapshot());
        }
    }

    private void introduce(IommuSnapshot device) {
        say(
                "IOMMU %s, granule %d, %d endpoints attached, %,d mappings in store '%s'",
                device.name(),
                device.granule(),
                device.domains().get(0).endpoints().size(),
                device.domains().get(0).mappings(),
                device.store().name());
        say("");
        say("%-12s %16s %20s", "store", "requests/s", "translations/s");
    }

    private boolean phase(String store, Load requests, Load dma) throws InterruptedException {
        long requestsBefore = requests.done();
        long dmaBefore = dma.done();
        long begin = System.nanoTime();
        Thread.sleep(options.seconds() * 1000L);
        double seconds = (System.nanoTime() - begin) / 1e9;
        say(
                "%-12s %,16.0f %,20.0f",
                store, (requests.done() - requestsBefore) / seconds, (dma.done() - dmaBefore) / seconds);
        return sound(requests) & sound(dma);
    }

    private boolean exchange(StoreExchange stores, Load requests, Load dma) throws IOException, InterruptedException {
        IommuSnapshot.Store store = stores.exchange().store();
        say(
                "  -> '%s': %,d mappings moved under load, requests paused for %.3f ms",
                store.name(), store.lastMappings(), store.lastPauseNanos() / 1e6);
        if (!store.problem().isEmpty()) {
            say("  problem: %s", store.problem());
        }
        return phase(store.name(), requests, dma) && store.problem().isEmpty();
    }

    private boolean fault(InProcessGuest guest, DmaLoad dma) throws InterruptedException {
        say("");
        long before = guest.faults();
        boolean refused = dma.stray();
        for (long waited = 0; guest.faults() == before && waited < FAULT_PATIENCE_MILLIS; waited++) {
            Thread.sleep(1);
        }
        FaultReport fault = guest.lastFault();
        if (!refused || fault == null) {
            say(
                    "FAILED: a DMA to 0x%x, where nothing is mapped, was %s and %s",
                    plan.stray(), refused ? "refused" : "let through", fault == null ? "not reported" : "reported");
            return false;
        }
        say(
                "a DMA to 0x%x, where nothing is mapped, was refused; the guest was told: %s, endpoint 0x%x, address 0x%x",
                plan.stray(), fault.reason(), fault.endpoint(), fault.address());
        say("faults during the exchanges: %d", before);
        return before == 0 && fault.address() == plan.stray();
    }

    private boolean accountOfMappings(IommuSnapshot device) {
        long after = device.domains().get(0).mappings();
        say(
                "mappings: %,d before, %,d after %d exchanges",
                plan.mappings(), after, device.store().swaps());
        return after == plan.mappings();
    }

    private boolean sound(Load load) {
        if (load.failure() != null) {
            say("FAILED: %s", load.failure());
        }
        return load.failure() == null;
    }

    private void say(String format, Object... arguments) {
        out.println(String.format(Locale.ROOT, format, arguments));
    }
}
