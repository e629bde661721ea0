// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.iommu.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Configuration of one IOMMU device. The keys that QEMU's device has too are named as there. */
@ObjectClassDefinition(
        name = "Viommu IOMMU",
        description =
                "One virtio IOMMU device of a virtual machine. Unless a key says otherwise, its change starts the "
                        + "device anew, and the guest has to boot again.")
@interface IommuConfiguration {
    /** The factory PID. */
    String PID = "org.viommu.iommu";

    @AttributeDefinition(description = "Name of the machine that the device belongs to.")
    String machine();

    @AttributeDefinition(description = "Name of the device, unique within its machine.")
    String name() default "iommu0";

    @AttributeDefinition(
            description = "PCI address of the device in the guest, [segment:]bus:device.function. "
                    + "The topology says which endpoints the IOMMU at this address translates for.")
    String address() default "00:01.0";

    @AttributeDefinition(
            description = "Whether endpoints that are attached to no domain reach memory untranslated "
                    + "when the machine boots. A change counts from the next boot.")
    boolean boot$_$bypass() default true;

    @AttributeDefinition(
            description = "Smallest unit of a mapping.",
            options = {
                @Option(label = "4k", value = "4k"),
                @Option(label = "8k", value = "8k"),
                @Option(label = "16k", value = "16k"),
                @Option(label = "64k", value = "64k")
            })
    String granule() default "4k";

    @AttributeDefinition(description = "Width of I/O virtual addresses in bits.", min = "32", max = "64")
    int aw$_$bits() default 64;

    @AttributeDefinition(
            description = "Ranges that no endpoint can have mapped, each as LOW:HIGH:TYPE with hexadecimal inclusive "
                    + "addresses and type 0 (accesses are refused) or 1 (message-signalled interrupts pass).")
    String[] reserved$_$regions() default "0xfee00000:0xfeefffff:1";

    @AttributeDefinition(description = "Whether the guest may choose packed virtqueues.")
    boolean packed() default false;

    @AttributeDefinition(description = "Whether the guest may have its buffers given back in order.")
    boolean in__order() default false;

    @AttributeDefinition(
            description = "Wire format: standard is virtio 1.4; v0.9 is that of the proposal of 2019, "
                    + "for drivers of that time.",
            options = {@Option(label = "standard", value = "standard"), @Option(label = "v0.9", value = "v0.9")})
    String dialect() default "standard";

    @AttributeDefinition(
            description = "Whose behaviour the device shows where that is not the standard's: "
                    + "strict deviates nowhere, qemu as QEMU's own device does.",
            options = {@Option(label = "strict", value = "strict"), @Option(label = "qemu", value = "qemu")})
    String compat() default "strict";

    @AttributeDefinition(
            description = "Offers the superseded feature BYPASS in place of BYPASS_CONFIG: unattached endpoints reach "
                    + "memory untranslated while a driver has accepted it.")
    boolean legacy$_$bypass() default false;

    @AttributeDefinition(description = "Width of domain IDs in bits.", min = "1", max = "32")
    int domain$_$bits() default 32;

    @AttributeDefinition(
            description = "Domains that may exist at the same time. Can be changed while the guest runs.",
            min = "1")
    int max$_$domains() default 65_536;

    @AttributeDefinition(
            description = "Endpoints that may be attached at the same time. Can be changed while the guest runs.",
            min = "1")
    int max$_$endpoints() default 65_536;

    @AttributeDefinition(
            description = "Mappings that a domain may hold. Can be changed while the guest runs.",
            min = "1")
    int max$_$mappings() default 1_048_576;

    @AttributeDefinition(
            description = "How long the device may watch its queues for the next request before it sleeps, "
                    + "in nanoseconds; 0 to sleep at once. It watches for less while that does not pay. "
                    + "Can be changed while the guest runs.",
            min = "0",
            max = "1000000000")
    int poll$_$max$_$ns() default 500_000;

    @AttributeDefinition(
            description = "Filter on the services of mapping stores, for example (viommu.store=radix). "
                    + "Of those that it admits the one with the highest ranking keeps the mappings. "
                    + "Can be changed while the guest runs.")
    String store_target() default "(viommu.store=*)";
}
