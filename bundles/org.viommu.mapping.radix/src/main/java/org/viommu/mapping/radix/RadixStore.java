// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.radix;

import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.viommu.configuration.SettingException;
import org.viommu.configuration.Settings;
import org.viommu.mapping.MappingStore;
import org.viommu.mapping.MappingTable;
import org.viommu.mapping.ProvidesMappingStore;
import org.viommu.mapping.radix.internal.RadixTable;

/**
 * Keeps the mappings of each domain in a radix tree in the heap: the store to use unless something else is needed.
 *
 * <p>A look-up costs some loads whatever the number of mappings, allocates nothing and never waits. A mapping takes about 37 bytes where mappings are dense, and
 * at most 160 wherever a guest puts it, so that the limit on mappings is a limit on memory.
 */
@Component(configurationPid = RadixStore.PID, property = "service.ranking:Integer=100")
@Designate(ocd = RadixStore.Config.class)
@ProvidesMappingStore(viommu_store = RadixStore.SHORT_NAME, durable = false, shared = false, bytes_per_mapping = 160)
public final class RadixStore implements MappingStore {
    /** PID of the configuration. */
    public static final String PID = "org.viommu.mapping.radix";

    /** Properties that the component has besides its configuration. */
    private static final String[] QUALITIES = {
        MappingStore.NAME, MappingStore.DURABLE, MappingStore.SHARED, MappingStore.BYTES_PER_MAPPING
    };

    static final String SHORT_NAME = "radix";

    private final long mappingLimit;

    /** Configuration with the PID {@value RadixStore#PID}. */
    @ObjectClassDefinition(
            name = "Radix mapping store",
            description = "Keeps the mappings of each domain in a radix tree in the heap.")
    public @interface Config {
        /**
         * The most mappings of one domain. A request for more is answered with "out of memory".
         *
         * @return at least 1; one mapping takes at most 160 bytes
         */
        @AttributeDefinition(
                description = "The most mappings of one domain; each takes at most 160 bytes. "
                        + "A change exchanges the store while the guest runs.",
                min = "1")
        long mapping$_$limit() default 4_194_304;
    }

    /**
     * Creates the store.
     *
     * @param properties of the store
     * @throws SettingException if one of them is wrong
     */
    @Activate
    public RadixStore(Map<String, ?> properties) {
        this(Settings.read(PID, Config.class, properties, QUALITIES).values().mapping$_$limit());
    }

    /**
     * Creates the store, for use without a framework.
     *
     * @param mappingLimit the most mappings of one domain, at least 1
     * @throws SettingException if the limit is below 1
     */
    public RadixStore(long mappingLimit) {
        if (mappingLimit < 1) {
            throw new SettingException(PID, "mapping-limit", mappingLimit, "must be at least 1");
        }
        this.mappingLimit = mappingLimit;
    }

    @Override
    public String name() {
        return SHORT_NAME;
    }

    @Override
    public MappingTable open(String device, int domain) {
        return new RadixTable(mappingLimit);
    }
}
