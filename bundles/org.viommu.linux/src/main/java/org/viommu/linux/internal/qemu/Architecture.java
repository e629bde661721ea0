// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.qemu;

import java.util.Arrays;
import java.util.Optional;

/** What a guest's processor is, and what follows from it: QEMU's program and machine, Debian's packages, names of devices. */
public enum Architecture {
    /** A PC with ACPI tables. */
    X86_64("x86_64", "amd64", "qemu-system-x86", "q35", "qemu64", "ttyS", ""),
    /** QEMU's board without a model in the real world; it is described by a devicetree. */
    AARCH64("aarch64", "arm64", "qemu-system-arm", "virt", "cortex-a57", "ttyAMA", "-aarch64");

    private final String name;
    private final String debian;
    private final String qemuPackage;
    private final String machine;
    private final String processor;
    private final String serial;
    private final String suffix;

    Architecture(
            String name,
            String debian,
            String qemuPackage,
            String machine,
            String processor,
            String serial,
            String suffix) {
        this.name = name;
        this.debian = debian;
        this.qemuPackage = qemuPackage;
        this.machine = machine;
        this.processor = processor;
        this.serial = serial;
        this.suffix = suffix;
    }

    /** The one that {@code uname} calls so, if it is known. */
    public static Optional<Architecture> named(String name) {
        return Arrays.stream(values()).filter(each -> each.name.equals(name)).findFirst();
    }

    /** QEMU's program. */
    public String program() {
        return "qemu-system-" + name;
    }

    /** Debian's word for it. */
    public String debian() {
        return debian;
    }

    /** Debian's package with {@link #program()}. */
    public String qemuPackage() {
        return qemuPackage;
    }

    /** Name of a part that is kept between runs. */
    public String part(String part) {
        return part + suffix;
    }

    /** QEMU's name of the machine. */
    public String machine() {
        return machine;
    }

    /** QEMU's name of the processor. */
    public String processor() {
        return processor;
    }

    /** Linux's name of a serial port. */
    public String serialPort(int number) {
        return serial + number;
    }

    /** Whether the machine is described by a devicetree; if not, it is by ACPI tables. */
    public boolean hasDevicetree() {
        return this == AARCH64;
    }
}
