// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.entry;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URL;
import java.util.List;
import java.util.Map;
import org.hawkular.agent.prometheus.PrometheusDataFormat;
import org.hawkular.agent.prometheus.PrometheusScraper;
import org.hawkular.agent.prometheus.types.Counter;
import org.hawkular.agent.prometheus.types.Gauge;
import org.hawkular.agent.prometheus.types.Metric;
import org.hawkular.agent.prometheus.types.MetricFamily;
import org.hawkular.agent.prometheus.types.MetricType;
import org.junit.jupiter.api.Test;
import org.viommu.metrics.Metrics;

class PrometheusEndpointTest {
    private static final String HOST = "127.0.0.1";

    private final Metrics metrics =
            new MetricsComponent(List.of(new Sampled("vm1"), new Sampled("the \"second\" vm")), List.of());

    @Test
    void a_parser_of_Prometheus_text_reads_every_sample() throws IOException {
        PrometheusEndpoint endpoint = new PrometheusEndpoint(metrics, configuration(0, "/metrics"));
        try {
            List<MetricFamily> families =
                    new PrometheusScraper(url(endpoint, "/metrics"), PrometheusDataFormat.TEXT).scrape();
            assertThat(families).hasSameSizeAs(metrics.snapshot());
            MetricFamily requests = family(families, "viommu_requests_total");
            assertThat(requests.getType()).isEqualTo(MetricType.COUNTER);
            assertThat(requests.getMetrics()).hasSize(6);
            Metric ok = requests.getMetrics().stream()
                    .filter(it -> it.getLabels().get("device").equals("vm1/iommu0"))
                    .filter(it -> it.getLabels().get("type").equals("map"))
                    .filter(it -> it.getLabels().get("status").equals("ok"))
                    .findFirst()
                    .orElseThrow();
            assertThat(((Counter) ok).getValue()).isEqualTo(Sampled.BILLIONS);
            MetricFamily pause = family(families, "viommu_store_last_swap_pause_seconds");
            assertThat(pause.getType()).isEqualTo(MetricType.GAUGE);
            assertThat(((Gauge) pause.getMetrics().get(0)).getValue()).isEqualTo(0.0005);
            assertThat(family(families, "viommu_store_info").getMetrics().get(0).getLabels())
                    .contains(entry("store", "radix"));
        } finally {
            endpoint.close();
        }
    }

    @Test
    void names_follow_the_conventions() {
        assertThat(metrics.snapshot()).allSatisfy(metric -> {
            assertThat(metric.name()).matches("viommu_[a-z_]+");
            assertThat(metric.name().endsWith("_total"))
                    .as(metric.name())
                    .isEqualTo(metric.kind() == org.viommu.metrics.Metric.Kind.COUNTER);
        });
    }

    @Test
    void quotes_backslashes_and_line_ends_in_names_are_escaped() {
        String text = PrometheusText.of(new MetricsComponent(List.of(new Sampled("a\"b\\c\nd")), List.of()).snapshot());
        assertThat(text).contains("viommu_domains{device=\"a\\\"b\\\\c\\nd/iommu0\"} 2\n");
    }

    @Test
    void it_answers_only_reads_of_its_path_and_is_gone_when_closed() throws IOException {
        PrometheusEndpoint endpoint = new PrometheusEndpoint(metrics, configuration(0, "/m"));
        URL url = url(endpoint, "/m");
        try {
            assertThat(status(url, "GET")).isEqualTo(200);
            assertThat(status(url, "HEAD")).isEqualTo(200);
            assertThat(status(url, "POST")).isEqualTo(405);
            assertThat(status(url(endpoint, "/"), "GET")).isEqualTo(404);
        } finally {
            endpoint.close();
        }
        try (ServerSocket again = new ServerSocket(url.getPort(), 1, InetAddress.getByName(HOST))) {
            assertThat(again.isBound()).isTrue();
        }
    }

    @Test
    void a_wrong_value_is_named_with_its_key() throws IOException {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PrometheusEndpoint(metrics, configuration(0, "metrics")))
                .withMessage("org.viommu.metrics.prometheus: path: 'metrics': it begins with /");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PrometheusEndpoint(metrics, configuration(65536, "/metrics")))
                .withMessage("org.viommu.metrics.prometheus: port: '65536': allowed are 0 to 65535");
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName(HOST))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new PrometheusEndpoint(metrics, configuration(taken.getLocalPort(), "/m")))
                    .withMessageStartingWith("org.viommu.metrics.prometheus: port: '" + taken.getLocalPort() + "': ");
        }
    }

    private static MetricFamily family(List<MetricFamily> families, String name) {
        return families.stream()
                .filter(it -> it.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static URL url(PrometheusEndpoint endpoint, String path) throws IOException {
        return URI.create("http://" + HOST + ":" + endpoint.port() + path).toURL();
    }

    private static int status(URL url, String method) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) url.openConnection();
        connection.setRequestMethod(method);
        return connection.getResponseCode();
    }

    private static Map<String, Object> configuration(int port, String path) {
        return Map.of("host", HOST, "port", port, "path", path);
    }
}
