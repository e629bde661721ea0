// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Map;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.TabularData;
import org.junit.jupiter.api.Test;
import org.viommu.iommu.IommuStatus;

class ManagementBeansTest {
    private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
    private final ManagementBeans beans = new ManagementBeans();

    @Test
    void a_device_is_shown_in_open_types_for_as_long_as_it_is_there() throws Exception {
        Sampled device = new Sampled("vm:1");
        beans.bindIommu(device, Map.of(IommuStatus.MACHINE, "vm:1", IommuStatus.NAME, "iommu0"));
        ObjectName name = ManagementBeans.name("vm:1", "iommu0");
        assertThat(name.getDomain()).isEqualTo("org.viommu");
        assertThat(server.getAttribute(name, "Store")).isEqualTo("radix");
        assertThat(server.getAttribute(name, "Mappings")).isEqualTo(30L);
        TabularData requests = (TabularData) server.getAttribute(name, "Requests");
        TabularData map = (TabularData) requests.get(new Object[] {"MAP"}).get("value");
        assertThat(map.get(new Object[] {"INVAL"}).get("value")).isEqualTo(3L);
        beans.unbindIommu(device);
        assertThat(server.isRegistered(name)).isFalse();
    }

    @Test
    void nothing_is_left_when_the_bundle_stops() throws Exception {
        beans.bindIommu(new Sampled("vm2"), Map.of(IommuStatus.MACHINE, "vm2", IommuStatus.NAME, "iommu0"));
        beans.close();
        assertThat(server.isRegistered(ManagementBeans.name("vm2", "iommu0"))).isFalse();
    }
}
