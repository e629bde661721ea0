// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.tree;

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
import org.viommu.mapping.tree.internal.TreeTable;

/**
 * Keeps the mappings of each domain in a compact ordered tree in the heap: for guests that map little in many places, and for hosts that are short of memory.
 *
 * <p>A mapping takes less than 30 bytes wherever a guest puts it. A look-up costs the logarithm of the number of mappings, allocates nothing and never waits; a
 * change copies one leaf.
 */
@Component(configurationPid = TreeStore.PID, property = "service.ranking:Integer=50")
@Designate(ocd = TreeStore.Config.class)
@ProvidesMappingStore(viommu_store = TreeStore.SHORT_NAME, durable = false, shared = false, bytes_per_mapping = 40)
public final class TreeStore implements MappingStore {
    /** PID of the configuration. */
    public static final String PID = "org.viommu.mapping.tree";

    /** Properties that the component has besides its configuration. */
    private static final String[] QUALITIES = {
        MappingStore.NAME, MappingStore.DURABLE, MappingStore.SHARED, MappingStore.BYTES_PER_MAPPING
    };

    static final String SHORT_NAME = "tree";

    private final long mappingLimit;

    /** Configuration with the PID {@value TreeStore#PID}. */
    @ObjectClassDefinition(
            name = "Tree mapping store",
            description = "Keeps the mappings of each domain in a compact ordered tree in the heap.")
    public @interface Config {
        /**
         * The most mappings of one domain. A request for more is answered with "out of memory".
         *
         * @return at least 1; one mapping takes about 30 bytes
         */
        @AttributeDefinition(
                description = "The most mappings of one domain; each takes about 30 bytes. "
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
    public TreeStore(Map<String, ?> properties) {
        this(Settings.read(PID, Config.class, properties, QUALITIES).values().mapping$_$limit());
    }

    /**
     * Creates the store, for use without a framework.
     *
     * @param mappingLimit the most mappings of one domain, at least 1
     * @throws SettingException if the limit is below 1
     */
    public TreeStore(long mappingLimit) {
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
        return new TreeTable(mappingLimit);
    }
}
