// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.viommu.linux.internal.BootedGuest;
import org.viommu.linux.internal.CannotRun;
import org.viommu.linux.internal.Deadline;
import org.viommu.linux.internal.ExitStatus;
import org.viommu.linux.internal.Narrator;
import org.viommu.linux.internal.PreparedGuest;
import org.viommu.linux.internal.RunFolder;
import org.viommu.linux.internal.check.PowerOffCheck;
import org.viommu.linux.internal.guest.Console;
import org.viommu.linux.internal.guest.GuestDisk;
import org.viommu.linux.internal.guest.GuestGone;
import org.viommu.linux.internal.platform.EmulatedDevices;
import org.viommu.linux.internal.platform.Platform;
import org.viommu.linux.internal.platform.PlatformFactory;
import org.viommu.linux.internal.qemu.Architecture;
import org.viommu.linux.internal.qemu.QemuMessages;

/**
 * Measures two guests that are alike but for their IOMMU and the devices behind it: one has Viommu's, the other QEMU's.
 * They run at the same time; only one of them works at a time.
 */
final class GuestBench {
    private static final List<String> DRIVERS =
            List.of("virtio_iommu", "virtio_blk", "virtio_rng", "vfio_iommu_type1", "vfio_pci");

    private static final String MEMORY = "512M";
    private static final String OWN = "Viommu";
    private static final String PEER = "QEMU";

    /** Rounds before the first that counts. */
    private static final int WARM_UPS = 2;

    private static final Duration PLATFORM_READY = Duration.ofSeconds(60);

    private final GuestBenchOptions options;
    private final PlatformFactory platforms;
    private final Narrator narrator;
    private final Deadline deadline;

    GuestBench(GuestBenchOptions options, PlatformFactory platforms, Narrator narrator) {
        this.options = options;
        this.platforms = platforms;
        this.narrator = narrator;
        this.deadline = Deadline.in(options.timeout());
    }

    ExitStatus run() throws CannotRun, IOException, InterruptedException {
        PreparedGuest guest = PreparedGuest.prepare(narrator, Architecture.X86_64, options.ownParts(), DRIVERS);
        try (RunFolder folder = RunFolder.create(Path.of(System.getProperty("java.io.tmpdir")), options.keep())) {
            byte[] program = WorkloadProgram.build(folder.path());
            Path initramfs = folder.file("initramfs.cpio");
            guest.writeInitramfs(initramfs, Map.of(WorkloadProgram.NAME, program));
            // Both sides have it open: nobody may write to it.
            GuestDisk disk =
                    GuestDisk.existing(GuestDisk.create(folder.file("disk.img")).path(), false);
            try (Platform platform = platforms.open(folder.path(), disk, options.keys(), Optional.empty())) {
                platform.awaitReady(Deadline.in(PLATFORM_READY));
                narrator.say("%s twice, behind %s and behind QEMU's own virtio-iommu", guest, OWN);
                List<String> own = commandLine(guest, folder, initramfs, OWN, platform.qemuOptions());
                List<String> peer = commandLine(
                        guest, folder, initramfs, PEER, EmulatedDevices.qemuOptions(disk.path(), options.keys()));
                try (BootedGuest ownGuest = boot(own, folder, OWN, platform::failure);
                        BootedGuest peerGuest = boot(peer, folder, PEER, Optional::empty)) {
                    Rates rates = measure(
                            Side.prepare(OWN, ownGuest.guest(), platform.endpoints(), options.keys()),
                            Side.prepare(PEER, peerGuest.guest(), platform.endpoints(), options.keys()));
                    new PowerOffCheck(ownGuest.guest(), ownGuest::isOver).run();
                    new PowerOffCheck(peerGuest.guest(), peerGuest::isOver).run();
                    rates.tell(narrator, OWN, PEER);
                    return ExitStatus.OK;
                } catch (GuestGone e) {
                    throw CannotRun.because("%s", e.getMessage());
                }
            }
        }
    }

    private static Path socket(RunFolder folder, String side) {
        return folder.file(side + ".sock");
    }

    private static List<String> commandLine(
            PreparedGuest guest, RunFolder folder, Path initramfs, String side, List<String> devices) {
        return guest.commandLine(MEMORY, initramfs, List.of(), devices).controlledBy(socket(folder, side));
    }

    private BootedGuest boot(List<String> command, RunFolder folder, String side, Supplier<Optional<String>> failure)
            throws CannotRun, IOException {
        if (options.keep()) {
            narrator.say("%s: %s", side, String.join(" ", command));
        }
        Console console = new Console(line -> {
            if (options.keep()) {
                narrator.echo(side + ": " + line);
            }
        });
        QemuMessages messages = new QemuMessages(line -> narrator.say("%s: QEMU: %s", side, line));
        return BootedGuest.boot(command, socket(folder, side), console, messages, failure, deadline);
    }

    private Rates measure(Side own, Side peer) throws CannotRun, GuestGone, InterruptedException {
        Rates rates = new Rates();
        // In the rounds that do not count the JVM compiles what is worth it.
        for (int round = 1 - WARM_UPS; round <= options.rounds(); round++) {
            for (Workload workload : Workload.values()) {
                int count = options.count(workload);
                // Who comes second finds the machine as the first has left it, so they take turns in that.
                boolean ownFirst = round % 2 == 0;
                double first = (ownFirst ? own : peer).rate(workload, count);
                double second = (ownFirst ? peer : own).rate(workload, count);
                double ownRate = ownFirst ? first : second;
                double peerRate = ownFirst ? second : first;
                if (round > 0) {
                    rates.add(workload, ownRate, peerRate);
                }
                narrator.say(
                        "%s: %s: %s %,.0f/s, %s %,.0f/s (%.2f)",
                        round < 1 ? "warm-up" : "round " + round + " of " + options.rounds(),
                        workload.description(),
                        own.name(),
                        ownRate,
                        peer.name(),
                        peerRate,
                        ownRate / peerRate);
            }
        }
        return rates;
    }
}
