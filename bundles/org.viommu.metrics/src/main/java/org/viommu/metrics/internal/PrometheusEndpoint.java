// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.viommu.configuration.SettingException;
import org.viommu.configuration.Settings;
import org.viommu.metrics.Metrics;

/** Serves the metrics to Prometheus. */
@Component(
        service = PrometheusEndpoint.class,
        immediate = true,
        configurationPid = PrometheusConfiguration.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = PrometheusConfiguration.class)
public final class PrometheusEndpoint {
    private static final Logger LOG = LoggerFactory.getLogger(PrometheusEndpoint.class);
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int LAST_PORT = 0xffff;

    private final Metrics metrics;
    private final String path;
    private final HttpServer server;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread worker = new Thread(task, "viommu-prometheus");
        worker.setDaemon(true);
        return worker;
    });

    /**
     * Called by Declarative Services.
     *
     * @param metrics to serve
     * @param properties of {@link PrometheusConfiguration}
     */
    @Activate
    public PrometheusEndpoint(@Reference Metrics metrics, Map<String, ?> properties) {
        this.metrics = metrics;
        PrometheusConfiguration configuration = Settings.read(
                        PrometheusConfiguration.PID, PrometheusConfiguration.class, properties)
                .values();
        path = configuration.path();
        if (!path.startsWith("/")) {
            throw wrong("path", path, "it begins with /");
        }
        if (configuration.port() < 0 || configuration.port() > LAST_PORT) {
            throw wrong("port", configuration.port(), "allowed are 0 to " + LAST_PORT);
        }
        InetSocketAddress address = new InetSocketAddress(configuration.host(), configuration.port());
        if (address.isUnresolved()) {
            throw wrong("host", configuration.host(), "nobody knows this host");
        }
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw wrong("port", configuration.port(), e.getMessage());
        }
        server.setExecutor(thread);
        server.createContext("/", this::serve);
        server.start();
        LOG.info("metrics are served at http://{}:{}{}", configuration.host(), port(), path);
    }

    /** Ends listening. */
    @Deactivate
    void close() {
        server.stop(0);
        thread.shutdown();
    }

    /** The port that it listens at. */
    int port() {
        return server.getAddress().getPort();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String method = exchange.getRequestMethod();
            if (!exchange.getRequestURI().getPath().equals(path)) {
                exchange.sendResponseHeaders(NOT_FOUND, -1);
            } else if (method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Content-Type", PrometheusText.MEDIA_TYPE);
                exchange.sendResponseHeaders(OK, -1);
            } else if (method.equals("GET")) {
                byte[] body = PrometheusText.of(metrics.snapshot()).getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", PrometheusText.MEDIA_TYPE);
                exchange.sendResponseHeaders(OK, body.length);
                exchange.getResponseBody().write(body);
            } else {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                exchange.sendResponseHeaders(METHOD_NOT_ALLOWED, -1);
            }
        }
    }

    private static SettingException wrong(String key, Object value, String allowed) {
        return new SettingException(PrometheusConfiguration.PID, key, value, allowed);
    }
}
