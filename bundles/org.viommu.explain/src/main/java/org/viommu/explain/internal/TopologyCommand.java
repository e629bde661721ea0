// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.explain.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.viommu.topology.Topology;
import org.viommu.topology.TopologyFile;
import org.viommu.topology.TopologyFormatException;
import org.viommu.topology.TopologyReader;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The command {@code topology}: reads a table by whichever reader recognizes it. */
@Component(
        service = ToIntFunction.class,
        property = {"viommu.command=topology", "viommu.description=what a devicetree or an ACPI VIOT says about IOMMUs"
        })
public final class TopologyCommand implements ToIntFunction<List<String>> {
    private static final int SOUND = 0;
    private static final int WRONG = 1;
    private static final int UNREADABLE = 2;

    /** Bytes of an unknown file that are shown. */
    private static final int SHOWN = 8;

    private record Format(String name, TopologyReader reader) {}

    private final List<Format> formats = new CopyOnWriteArrayList<>();

    /**
     * Called by Declarative Services once the readers of our own formats are there; others may come at any time.
     *
     * @param viot is among the bound readers too
     * @param devicetree likewise
     */
    @Activate
    public TopologyCommand(
            @Reference(target = "(" + TopologyReader.FORMAT + "=viot)") TopologyReader viot,
            @Reference(target = "(" + TopologyReader.FORMAT + "=devicetree)") TopologyReader devicetree) {}

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindReader(TopologyReader reader, Map<String, Object> properties) {
        formats.add(new Format(String.valueOf(properties.get(TopologyReader.FORMAT)), reader));
    }

    void unbindReader(TopologyReader reader) {
        formats.removeIf(format -> format.reader() == reader);
    }

    @Override
    public int applyAsInt(List<String> arguments) {
        Options options = new Options();
        CommandLine commandLine = new CommandLine(options);
        try {
            commandLine.parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException e) {
            return complain(e.getMessage() + " (--help lists the options)");
        }
        if (options.help()) {
            commandLine.usage(System.out);
            return SOUND;
        }
        try {
            return explain(options.file());
        } catch (NoSuchFileException e) {
            return complain(options.file() + ": there is no such file");
        } catch (IOException e) {
            return complain(options.file() + " cannot be read: " + e.getMessage());
        } catch (TopologyFormatException e) {
            return complain(options.file() + ": " + e.getMessage());
        }
    }

    private int explain(Path file) throws IOException, TopologyFormatException {
        byte[] table = bytes(file);
        for (Format format : formats) {
            if (format.reader().recognizes(table)) {
                Topology topology = format.reader().read(table);
                Explanation explanation = new Explanation(topology);
                System.out.printf("%s: %s, %,d bytes%n%n%s", file, format.name(), table.length, explanation.text());
                return explanation.isSound() ? SOUND : WRONG;
            }
        }
        String start = HexFormat.ofDelimiter(" ").formatHex(table, 0, Math.min(SHOWN, table.length));
        String known = formats.stream().map(Format::name).sorted().collect(Collectors.joining(" or "));
        return complain(file + " is no " + known + ": "
                + (table.length == 0 ? "it is empty" : "it begins with the bytes " + start));
    }

    private static byte[] bytes(Path file) throws IOException {
        try (InputStream stream = Files.newInputStream(file)) {
            byte[] bytes = stream.readNBytes(TopologyFile.LARGEST + 1);
            if (bytes.length > TopologyFile.LARGEST) {
                throw new IOException("it is larger than " + TopologyFile.LARGEST + " bytes");
            }
            return bytes;
        }
    }

    private static int complain(String message) {
        System.err.println("viommu topology: " + message);
        return UNREADABLE;
    }
}
