// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package com.example.viommu.skiplist;

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

/** Keeps mappings in the skip list of the JDK. Ranks above the stores of Viommu that need no configuration. */
@Component(configurationPid = SkipListStore.PID, property = "service.ranking:Integer=150")
@Designate(ocd = SkipListStore.Config.class)
@ProvidesMappingStore(viommu_store = SkipListStore.SHORT_NAME, durable = false, shared = false, bytes_per_mapping = 200)
public final class SkipListStore implements MappingStore {
    static final String PID = "com.example.viommu.skiplist";
    static final String SHORT_NAME = "skiplist";

    @ObjectClassDefinition(name = "Skip list mapping store")
    @interface Config {
        @AttributeDefinition(description = "The most mappings of one domain.", min = "1")
        long mapping$_$limit() default 4_194_304;
    }

    private final long mappingLimit;

    @Activate
    public SkipListStore(Map<String, ?> properties) {
        this(Settings.read(PID, Config.class, properties, NAME, DURABLE, SHARED, BYTES_PER_MAPPING)
                .values()
                .mapping$_$limit());
    }

    SkipListStore(long mappingLimit) {
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
        return new SkipListTable(mappingLimit);
    }
}
