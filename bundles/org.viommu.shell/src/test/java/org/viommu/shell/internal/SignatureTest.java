// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import org.apache.felix.service.command.Descriptor;
import org.apache.felix.service.command.Parameter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What may be typed after a command's name, and what is said about anything else. */
class SignatureTest {
    private final Console console = new Console(new SampleCommand());

    /** Shows what it was given. */
    public static final class SampleCommand extends Command {
        SampleCommand() {
            super("sample", new Inventory(List.of(), List.of()));
        }

        /** Joins what it was given. */
        @Descriptor("joins what it is given")
        public String sample(
                @Descriptor("how often")
                        @Parameter(
                                names = {"-n", "--times"},
                                absentValue = "1")
                        int times,
                @Descriptor("in capitals")
                        @Parameter(
                                names = {"--loud"},
                                presentValue = "true",
                                absentValue = "false")
                        boolean loud,
                @Descriptor("FIRST: a word") String first,
                @Descriptor("SECOND: another word") String second) {
            return times + " " + loud + " " + first + " " + second;
        }
    }

    @AfterEach
    void close_console() {
        console.close();
    }

    @Test
    void options_may_stand_anywhere() throws Exception {
        for (String line : List.of("-n 3 --loud a b", "a -n 3 b --loud", "a b --times=3 --loud")) {
            assertThat(console.execute("viommu:sample " + line)).isEqualTo("3 true a b");
        }
        assertThat(console.execute("viommu:sample a -1"))
                .as("a number is no option")
                .isEqualTo("1 false a -1");
    }

    @Test
    void a_mistake_is_one_line_that_says_what_is_allowed() {
        refused("a", "SECOND is missing: another word");
        refused("a b -n", "--times: a value is missing: how often");
        refused("a b -n x", "--times: 'x': write a whole number");
        refused("a b c", "'c' is too much: FIRST SECOND and the options -n, --times TIMES, --loud, --help are known");
        refused(
                "a b --laud",
                "there is no option --laud: FIRST SECOND and the options -n, --times TIMES, --loud, --help are known");
    }

    private void refused(String line, String message) {
        assertThatThrownBy(() -> console.execute("viommu:sample " + line)).hasMessage(message);
    }

    @Test
    void help_describes_each_parameter() throws Exception {
        assertThat(console.shown("viommu:sample --help")).isEqualToNormalizingNewlines("""
                        viommu:sample: joins what it is given
                        Usage: viommu:sample [OPTION...] FIRST SECOND
                          FIRST              a word
                          SECOND             another word
                          -n, --times TIMES  how often
                          --loud             in capitals""");
    }

    /** Gogo's own help reads these annotations. */
    @Test
    void each_command_and_each_of_its_parameters_is_described() {
        for (Class<? extends Command> type : List.of(
                StatusCommand.class,
                DevicesCommand.class,
                FeaturesCommand.class,
                QueuesCommand.class,
                DomainsCommand.class,
                EndpointsCommand.class,
                MappingsCommand.class,
                TranslateCommand.class,
                RequestsCommand.class,
                FaultsCommand.class,
                StoresCommand.class,
                SwapCommand.class,
                SnapshotCommand.class,
                RestoreCommand.class,
                WhyCommand.class)) {
            assertThat(Signature.of(type).description()).isNotBlank();
            Method method = Arrays.stream(type.getDeclaredMethods())
                    .filter(it -> it.isAnnotationPresent(Descriptor.class))
                    .findFirst()
                    .orElseThrow();
            assertThat(type.getSimpleName().toLowerCase(java.util.Locale.ROOT)).isEqualTo(method.getName() + "command");
        }
    }
}
