// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.felix;

import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.inject.Inject;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.ops4j.pax.exam.junit.PaxExam;
import org.ops4j.pax.exam.spi.reactors.ExamReactorStrategy;
import org.ops4j.pax.exam.spi.reactors.PerClass;
import org.osgi.framework.BundleContext;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.viommu.itest.traffic.SampleTopology;
import org.viommu.itest.traffic.Waiting;
import org.viommu.topology.TopologySource;

/** Every command in the tables of docs/operating.md is typed while a guest works; it answers, and the guest does not notice. Snapshots have tests of their own. */
@RunWith(PaxExam.class)
@ExamReactorStrategy(PerClass.class)
public class OperatingIT {
    private static final String MACHINE = "operated";
    private static final Pattern COMMAND = Pattern.compile("`(viommu:[^`]+)`");
    private static final Pattern UNKNOWN = Pattern.compile("\\b[A-Z]{2,}\\b");

    /** What stands for what in the documentation. */
    private static final Map<String, String> EXAMPLES = Map.of(
            "DOMAIN", "5",
            "ENDPOINT", "0x10",
            "ADDRESS", "0x100000000",
            "STORE", "resident");

    @Inject
    private BundleContext context;

    @Inject
    private ConfigurationAdmin configurations;

    @Inject
    private CommandProcessor commands;

    private ServiceRegistration<TopologySource> topology;
    private WorkingMachine machine;

    @Configuration
    public Option[] application() throws IOException {
        return new Option[] {Application.installed()};
    }

    @Before
    public void boot() throws Exception {
        topology = context.registerService(
                TopologySource.class, new SampleTopology(), new Hashtable<>(Map.of(TopologySource.MACHINE, MACHINE)));
        machine = new WorkingMachine(context, configurations, MACHINE);
        machine.boot(2_000);
    }

    @After
    public void powerOff() throws Exception {
        machine.powerOff();
        topology.unregister();
    }

    @Test
    public void each_command_of_the_documentation_answers() throws Exception {
        List<String> documented = documented();
        assertTrue(documented.toString(), documented.size() > 8);
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        CommandSession session =
                commands.createSession(new ByteArrayInputStream(new byte[0]), new ByteArrayOutputStream(), errors);
        for (String command : documented) {
            awaitCommand(command);
            machine.proceed();
            Object answer = session.execute(command);
            assertFalse(command, String.valueOf(answer).isBlank());
        }
        session.close();
        assertTrue(errors.toString(), errors.size() == 0);
        machine.compare();
    }

    private static List<String> documented() throws IOException {
        String text = Files.readString(Path.of(System.getProperty("viommu.operating")));
        return text.lines()
                .filter(line -> line.startsWith("|"))
                .flatMap(line -> COMMAND.matcher(line).results())
                .map(result -> result.group(1))
                .filter(command -> !command.endsWith(" FILE"))
                .distinct()
                .map(OperatingIT::filled)
                .toList();
    }

    private static String filled(String command) {
        String filled = command;
        for (Map.Entry<String, String> example : EXAMPLES.entrySet()) {
            filled = filled.replace(example.getKey(), example.getValue());
        }
        assertFalse(
                "an example for each word in " + filled, UNKNOWN.matcher(filled).find());
        return filled;
    }

    private void awaitCommand(String command) throws Exception {
        String name = command.replaceFirst("viommu:", "").replaceFirst(" .*", "");
        String filter = "(&(osgi.command.scope=viommu)(osgi.command.function=" + name + "))";
        Waiting.until(() -> "command " + name, () -> has(filter));
    }

    private boolean has(String filter) {
        try {
            return context.getAllServiceReferences(null, filter) != null;
        } catch (InvalidSyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
