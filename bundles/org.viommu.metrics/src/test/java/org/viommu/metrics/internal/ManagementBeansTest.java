// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.TabularData;
import org.junit.jupiter.api.Test;
import org.viommu.iommu.IommuStatus;
import org.viommu.metrics.Metrics;

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
    void all_metrics_are_shown_under_the_names_that_Prometheus_has_for_them() throws Exception {
        Metrics metrics = new MetricsComponent(List.of(new Sampled("vm3")), List.of());
        MetricsManagement management = new MetricsManagement(metrics);
        ObjectName name = new ObjectName("org.viommu:type=Metrics");
        TabularData values = (TabularData) server.getAttribute(name, "Values");
        String series = "viommu_trace_lost_total{device=\"vm3/iommu0\"}";
        assertThat(values.get(new Object[] {series}).get("value")).isEqualTo(8.0);
        assertThat(PrometheusText.of(metrics.snapshot())).contains(series + " 8\n");
        management.close();
        assertThat(server.isRegistered(name)).isFalse();
    }

    @Test
    void nothing_is_left_when_the_bundle_stops() throws Exception {
        beans.bindIommu(new Sampled("vm2"), Map.of(IommuStatus.MACHINE, "vm2", IommuStatus.NAME, "iommu0"));
        beans.close();
        assertThat(server.isRegistered(ManagementBeans.name("vm2", "iommu0"))).isFalse();
    }
}
