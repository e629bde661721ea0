// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.qemu;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** QEMU's command line for a guest. */
public final class QemuCommandLine {
    /** Ends instead of waiting at a panic, and logs everything that {@code /init} says. */
    private static final List<String> KERNEL_ARGUMENTS = List.of("panic=-1", "quiet", "printk.devkmsg=on");

    private final List<String> words = new ArrayList<>();

    /**
     * Begins a command line.
     *
     * @param program the QEMU
     * @param features what it can do
     * @param hardware what the guest runs on
     */
    public QemuCommandLine(QemuProgram program, QemuFeatures features, GuestHardware hardware) {
        words.addAll(program.command());
        Architecture architecture = hardware.architecture();
        // One processor: the guest spins with interrupts off while it waits for the IOMMU. The memory is shared so that
        // devices in another process reach it.
        add("-M", architecture.machine() + ",memory-backend=mem");
        add("-object", "memory-backend-memfd,id=mem,share=on,size=" + hardware.memory());
        add("-m", hardware.memory());
        add("-accel", "tcg");
        add("-cpu", architecture.processor());
        add("-smp", "1");
        add("-nodefaults", "-no-user-config", "-no-reboot");
        add("-display", "none");
        if (features.exitsWithParent()) {
            add("-run-with", "exit-with-parent=on");
        }
        add("-kernel", hardware.kernel().toString());
        add("-initrd", hardware.initramfs().toString());
        List<String> kernelArguments = new ArrayList<>();
        kernelArguments.add("console=" + architecture.serialPort(0));
        kernelArguments.add("viommu.control=" + architecture.serialPort(1));
        kernelArguments.addAll(KERNEL_ARGUMENTS);
        kernelArguments.addAll(hardware.kernelArguments());
        add("-append", String.join(" ", kernelArguments));
        words.addAll(hardware.devices());
    }

    /** A path as part of an option whose parts are divided by commas. */
    public static String escape(Path path) {
        return path.toString().replace(",", ",,");
    }

    /** QEMU's monitor for programs listens on a socket. */
    public QemuCommandLine monitoredBy(Path socket) {
        add("-qmp", "unix:" + escape(socket) + ",server=on,wait=off");
        return this;
    }

    /** The guest's console goes to QEMU's output, its second serial port to a socket that somebody listens on. */
    public List<String> controlledBy(Path socket) {
        return with(
                "-serial",
                "stdio",
                "-chardev",
                "socket,id=control,path=" + escape(socket),
                "-serial",
                "chardev:control");
    }

    /** The guest's console, multiplexed with QEMU's monitor, is the user's terminal. */
    public List<String> interactive() {
        return with("-serial", "mon:stdio");
    }

    private List<String> with(String... more) {
        List<String> all = new ArrayList<>(words);
        all.addAll(List.of(more));
        return all;
    }

    private void add(String... more) {
        words.addAll(List.of(more));
    }
}
