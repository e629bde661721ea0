// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.topology.config.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of a topology source that an operator writes down. */
@ObjectClassDefinition(
        name = "Viommu static topology",
        description = "The topology of machines, written down. It may be changed while they run.")
@interface StaticTopologyConfiguration {
    /** The factory PID. */
    String PID = "org.viommu.topology.static";

    @AttributeDefinition(description = "Names of the machines that it describes.")
    String[] machine();

    @AttributeDefinition(
            description = "Devices behind an IOMMU, each as DEVICES=ENDPOINT@IOMMU with reserved regions appended after"
                    + " commas, for example 00:02.0=0x10@00:01.0, 0001:00:00.0-0001:ff:1f.7=0x10000@00:01.0, or"
                    + " 0x1c000000=0x20000@0x9050000,0xfee00000:0xfeefffff:1. PCI functions and IOMMUs are written as"
                    + " [segment:]bus:device.function, others as the hexadecimal address of their first register;"
                    + " further functions get the endpoint IDs that follow.")
    String[] endpoints() default {};

    @AttributeDefinition(
            description = "Devices that are untranslated on purpose, each as DEVICES, for example 00:1f.0-00:1f.7.")
    String[] untranslated() default {};
}
