// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping.hazelcast.internal;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperty;
import java.lang.reflect.Field;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MembershipTest {
    /** Known to Hazelcast, but not listed with the others. */
    private static final Set<String> UNLISTED = Set.of("hazelcast.local.localAddress");

    @Test
    void every_property_is_one_that_hazelcast_knows() throws IllegalAccessException {
        Set<String> known = new HashSet<>(UNLISTED);
        for (Field field : ClusterProperty.class.getFields()) {
            if (field.get(null) instanceof HazelcastProperty property) {
                known.add(property.getName());
            }
        }
        Membership membership = new Membership("test", "127.0.0.1", 5701, "", List.of(), 1, 2, 10);
        assertThat(known).containsAll(membership.config().getProperties().stringPropertyNames());
    }
}
