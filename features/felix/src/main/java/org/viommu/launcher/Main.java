// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.launcher;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.osgi.framework.BundleException;

/**
 * Starts the platform with the bundles beside it, runs one command on it and ends with the command's status. The command
 * {@code run} is the platform itself, with the configurations of a folder, until a signal ends it.
 *
 * <p>Status 2 says that there is no such command, 1 that the platform or the command broke.
 */
public final class Main {
    private static final int BROKEN = 1;
    private static final int USAGE = 2;
    private static final String RUN = "run";

    private Main() {}

    /**
     * Runs {@code <command> [argument...]}.
     *
     * @param arguments the command and what is passed on to it
     */
    public static void main(String[] arguments) {
        System.exit(run(List.of(arguments)));
    }

    private static int run(List<String> arguments) {
        if (!arguments.isEmpty() && arguments.get(0).equals(ShellCommand.NAME)) {
            return ShellCommand.run(arguments.subList(1, arguments.size()));
        }
        if (!arguments.isEmpty() && arguments.get(0).equals(RUN)) {
            return serve(arguments.subList(1, arguments.size()));
        }
        try (Platform platform = Platform.start(application(), Optional.empty())) {
            Commands commands = new Commands(platform.context());
            if (arguments.isEmpty()) {
                System.err.println(commands.summary());
                return USAGE;
            }
            String name = arguments.get(0);
            List<String> rest = arguments.subList(1, arguments.size());
            return commands.find(name).map(command -> command.applyAsInt(rest)).orElseGet(() -> {
                System.err.println("viommu: no command " + name + ". " + commands.summary());
                return USAGE;
            });
        } catch (InterruptedException e) {
            return BROKEN;
        } catch (BundleException | IOException | URISyntaxException e) {
            System.err.println("viommu: the platform does not start: " + e.getMessage());
            return BROKEN;
        } catch (RuntimeException e) {
            System.err.println("viommu: the command broke: " + e);
            Arrays.stream(e.getStackTrace()).forEach(frame -> System.err.println("    at " + frame));
            return BROKEN;
        }
    }

    private static int serve(List<String> arguments) {
        if (arguments.size() != 1 || !Files.isDirectory(Path.of(arguments.get(0)))) {
            System.err.println("viommu run: " + (arguments.size() == 1 ? arguments.get(0) + " is no folder; " : "")
                    + "give the folder with the configurations");
            return USAGE;
        }
        Path folder = Path.of(arguments.get(0)).toAbsolutePath();
        try (Platform platform = Platform.start(application(), Optional.of(folder))) {
            System.out.println("viommu: running with the configurations in " + folder);
            platform.awaitStop();
            return 0;
        } catch (InterruptedException e) {
            return BROKEN;
        } catch (BundleException | IOException | URISyntaxException e) {
            System.err.println("viommu: the platform does not start: " + e.getMessage());
            return BROKEN;
        }
    }

    /** The folder that holds lib, bundle and conf; this class is in a jar in lib. */
    private static Path application() throws URISyntaxException {
        Path jar = Path.of(
                Main.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        return jar.getParent().getParent();
    }
}
