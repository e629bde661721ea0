// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.viommu.linux.internal.check.BootTableCheck;
import org.viommu.linux.internal.check.Check;
import org.viommu.linux.internal.check.DriverCheck;
import org.viommu.linux.internal.check.EntropyCheck;
import org.viommu.linux.internal.check.FaultCountCheck;
import org.viommu.linux.internal.check.Guest;
import org.viommu.linux.internal.check.HotPlugCheck;
import org.viommu.linux.internal.check.MsiWindowCheck;
import org.viommu.linux.internal.check.PowerOffCheck;
import org.viommu.linux.internal.check.ReadCheck;
import org.viommu.linux.internal.check.RequestsCheck;
import org.viommu.linux.internal.check.StoreSwapCheck;
import org.viommu.linux.internal.check.StrayDmaCheck;
import org.viommu.linux.internal.check.Verdict;
import org.viommu.linux.internal.check.WorkCheck;
import org.viommu.linux.internal.check.WriteCheck;
import org.viommu.linux.internal.guest.Console;
import org.viommu.linux.internal.guest.GuestDisk;
import org.viommu.linux.internal.platform.DeviceKeys;
import org.viommu.linux.internal.platform.Platform;
import org.viommu.linux.internal.platform.PlatformFactory;
import org.viommu.linux.internal.qemu.QemuCommandLine;
import org.viommu.linux.internal.qemu.QemuMessages;
import org.viommu.linux.internal.qemu.QemuProcess;

/** One guest from its parts to its end: whatever happens, QEMU, the sockets and the files of the run are gone after it. */
final class GuestRun {
    /** In the order to load them: an endpoint that is bound before its IOMMU would be deferred. */
    private static final List<String> DRIVERS = List.of("virtio_iommu", "virtio_blk", "virtio_rng");

    /** Services come in milliseconds; this is for a machine that is busy beyond reason. */
    private static final Duration PLATFORM_READY = Duration.ofSeconds(60);

    private static final String SHELL = "viommu.shell";

    private final Options options;
    private final PlatformFactory platforms;
    private final Narrator narrator;

    GuestRun(Options options, PlatformFactory platforms, Narrator narrator) {
        this.options = options;
        this.platforms = platforms;
        this.narrator = narrator;
    }

    ExitStatus run() throws CannotRun, IOException, InterruptedException {
        PreparedGuest guest = PreparedGuest.prepare(narrator, options.architecture(), options.ownParts(), DRIVERS);
        DeviceKeys keys = new DeviceKeys(options.packed(), OptionalInt.empty());
        Path parent = Path.of(System.getProperty("java.io.tmpdir"));
        try (RunFolder folder = RunFolder.create(parent, options.keep())) {
            Path initramfs = folder.file("initramfs.cpio");
            guest.writeInitramfs(initramfs, Map.of());
            GuestDisk disk = options.disk().isPresent()
                    ? GuestDisk.existing(options.disk().get(), options.writable())
                    : GuestDisk.create(folder.file("disk.img"));
            Deadline deadline = Deadline.in(options.timeout());
            Optional<byte[]> devicetree = guest.devicetree(options.memory(), folder.file("qemu.dtb"));
            try (Platform platform = platforms.open(folder.path(), disk, keys, devicetree)) {
                platform.awaitReady(Deadline.in(PLATFORM_READY));
                if (options.mappings().isPresent()) {
                    narrator.say("%s has %s", options.mappings().get(), platform.mapped());
                }
                QemuCommandLine commandLine =
                        guest.commandLine(options.memory(), initramfs, kernelArguments(), platform.qemuOptions());
                narrator.say("%s with %s", guest, options.memory());
                return options.interactive()
                        ? converse(commandLine, folder, platform)
                        : check(commandLine, folder, platform, disk, deadline);
            }
        }
    }

    private List<String> kernelArguments() {
        List<String> arguments = new ArrayList<>();
        if (options.interactive()) {
            arguments.add(SHELL);
        }
        options.append().ifPresent(arguments::add);
        return arguments;
    }

    private ExitStatus converse(QemuCommandLine commandLine, RunFolder folder, Platform platform)
            throws CannotRun, InterruptedException {
        narrator.say("this is the guest's console; exit ends the shell and the guest, Ctrl-A X ends QEMU");
        List<String> command = tell(commandLine.interactive());
        try (QemuProcess qemu = QemuProcess.startOnTerminal(command, folder.path())) {
            while (!qemu.waitFor(1)) {
                if (platform.failure().isPresent()) {
                    throw CannotRun.because("%s", platform.failure().get());
                }
            }
        }
        return ExitStatus.OK;
    }

    private ExitStatus check(
            QemuCommandLine commandLine, RunFolder folder, Platform platform, GuestDisk disk, Deadline deadline)
            throws CannotRun, IOException, InterruptedException {
        Path socket = folder.file("control.sock");
        Path monitor = folder.file("monitor.sock");
        List<String> command = tell(commandLine.monitoredBy(monitor).controlledBy(socket));
        Console console = new Console(narrator::echo);
        QemuMessages messages = new QemuMessages(line -> narrator.say("QEMU: %s", line));
        Verdict verdict = new Verdict();
        try (BootedGuest booted = BootedGuest.boot(command, socket, console, messages, platform::failure, deadline)) {
            List<Check> checks = options.work().isPresent()
                    ? work(booted, platform, disk, options.work().get())
                    : checks(booted, platform, disk, monitor);
            verdict.run(checks, booted.guest(), narrator);
        }
        verdict.tell(narrator);
        return verdict.isPass() ? ExitStatus.OK : ExitStatus.FAILED;
    }

    private List<Check> checks(BootedGuest booted, Platform platform, GuestDisk disk, Path monitor)
            throws CannotRun, IOException {
        Guest guest = booted.guest();
        StrayDmaCheck stray = new StrayDmaCheck(guest, platform.strayWriter());
        return List.of(
                new DriverCheck(guest, platform.endpoints(), options.packed()),
                new BootTableCheck(guest, platform.table()),
                new MsiWindowCheck(
                        guest,
                        platform.endpoints(),
                        platform.table().msiWindow().words()),
                new ReadCheck(guest, disk),
                new WriteCheck(guest, disk),
                new EntropyCheck(guest),
                new StoreSwapCheck(guest, disk, platform.stores()),
                new HotPlugCheck(guest, platform.hotPlug(), monitor),
                stray,
                new FaultCountCheck(guest, stray::provoked),
                new RequestsCheck(platform, stray::provoked),
                new PowerOffCheck(guest, booted::isOver));
    }

    private List<Check> work(BootedGuest booted, Platform platform, GuestDisk disk, Duration duration) {
        Guest guest = booted.guest();
        return List.of(
                new DriverCheck(guest, platform.endpoints(), options.packed()),
                new ReadCheck(guest, disk),
                new WriteCheck(guest, disk),
                new WorkCheck(guest, disk, duration, rounds -> narrator.say("worked: %d rounds", rounds)));
    }

    private List<String> tell(List<String> command) {
        if (options.keep()) {
            narrator.say("%s", String.join(" ", command));
        }
        return command;
    }
}
