// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.ops4j.pax.exam.CoreOptions.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.inject.Inject;
import org.apache.felix.hc.api.Result;
import org.apache.felix.hc.api.Result.Status;
import org.apache.felix.hc.api.execution.HealthCheckExecutionOptions;
import org.apache.felix.hc.api.execution.HealthCheckExecutor;
import org.apache.felix.hc.api.execution.HealthCheckSelector;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.OptionUtils;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.itest.traffic.Waiting;

/** The health checks as the executor of Apache Felix runs them, beside the application. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class HealthIT {
    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    @Inject
    private HealthCheckExecutor executor;

    @Configuration
    public Option[] application() throws IOException {
        Path folder = Path.of(System.getProperty("viommu.health"));
        Option[] executorBundles = Stream.of(
                        "jakarta.servlet-api.jar",
                        "org.osgi.service.servlet.jar",
                        "org.apache.felix.eventadmin.jar",
                        "org.apache.felix.healthcheck.core.jar")
                .map(jar -> bundle("reference:" + folder.resolve(jar).toUri()))
                .toArray(Option[]::new);
        return OptionUtils.combine(executorBundles, Application.installed());
    }

    @Test
    public void a_device_without_a_store_is_warned_of_until_one_is_there() throws Exception {
        org.osgi.service.cm.Configuration iommu = configurations.createFactoryConfiguration("org.viommu.iommu", "?");
        iommu.update(new Hashtable<>(Map.of("machine", "ill", "name", "iommu0", "address", "00:01.0")));
        await("Viommu stores", Status.OK, "ill/iommu0: mappings are in store 'radix'");
        List<Bundle> stores = Stream.of(context.getBundles())
                .filter(it -> it.getSymbolicName().equals("org.viommu.mapping.radix")
                        || it.getSymbolicName().equals("org.viommu.mapping.tree"))
                .toList();
        for (Bundle store : stores) {
            store.stop();
        }
        await("Viommu stores", Status.WARN, "ill/iommu0: no mapping store is there");
        for (Bundle store : stores) {
            store.start();
        }
        await("Viommu stores", Status.OK, "ill/iommu0: mappings are in store 'radix'");
        iommu.delete();
    }

    @Test
    public void a_function_without_its_parts_is_unavailable_for_now() throws Exception {
        org.osgi.service.cm.Configuration machine =
                configurations.createFactoryConfiguration("org.viommu.machine", "?");
        Path socket = Files.createTempDirectory("viommu-it").resolve("disk0");
        machine.update(new Hashtable<>(Map.of("name", "bare", "functions", new String[] {"disk0=00:02.0=" + socket})));
        await("Viommu functions", Status.TEMPORARILY_UNAVAILABLE, "bare/disk0: no device named disk0 is configured");
        await("Viommu topology", Status.TEMPORARILY_UNAVAILABLE, "bare: no topology source describes it");
        machine.delete();
        Waiting.until(() -> "the machine goes", () -> run("Viommu functions").isOk());
        Files.delete(socket.getParent());
    }

    private void await(String check, Status status, String text) throws InterruptedException {
        Waiting.until(() -> check + " says " + text + ", now " + run(check), () -> {
            Result result = run(check);
            return result.getStatus() == status
                    && StreamSupport.stream(result.spliterator(), false)
                            .anyMatch(it -> it.getMessage().contains(text));
        });
    }

    private Result run(String check) {
        HealthCheckExecutionOptions now = new HealthCheckExecutionOptions().setForceInstantExecution(true);
        return executor.execute(HealthCheckSelector.tags("viommu"), now).stream()
                .filter(it -> it.getHealthCheckMetadata().getName().equals(check))
                .findFirst()
                .orElseThrow()
                .getHealthCheckResult();
    }
}
