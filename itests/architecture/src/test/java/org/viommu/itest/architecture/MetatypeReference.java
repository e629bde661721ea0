// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.architecture;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** What bundles tell metatype about their configurations, as a chapter of a document: a section for each PID, a row for each key. */
final class MetatypeReference {
    private static final String HEAD = "| key | value | default | meaning |\n|---|---|---|---|\n";

    /** PID to its section. */
    private final Map<String, String> sections = new TreeMap<>();

    void add(Path bundle) throws IOException {
        try (JarFile jar = new JarFile(bundle.toFile())) {
            for (JarEntry entry : jar.stream().toList()) {
                if (entry.getName().matches("OSGI-INF/metatype/.*[.]xml")) {
                    try (InputStream xml = jar.getInputStream(entry)) {
                        add(DocumentBuilderFactory.newInstance()
                                .newDocumentBuilder()
                                .parse(xml));
                    } catch (ParserConfigurationException | SAXException e) {
                        throw new IOException(bundle + ": " + entry, e);
                    }
                }
            }
        }
    }

    List<String> pids() {
        return List.copyOf(sections.keySet());
    }

    String markdown() {
        return String.join("\n", sections.values());
    }

    private void add(Document metatype) {
        Element description = elements(metatype.getElementsByTagName("OCD")).get(0);
        for (Element designate : elements(metatype.getElementsByTagName("Designate"))) {
            boolean factory = designate.hasAttribute("factoryPid");
            String pid = designate.getAttribute(factory ? "factoryPid" : "pid");
            String rows = elements(description.getElementsByTagName("AD")).stream()
                    .map(MetatypeReference::row)
                    .collect(Collectors.joining());
            sections.put(
                    pid,
                    "### `%s`\n\n%s%s\n\n%s%s"
                            .formatted(
                                    pid,
                                    description.getAttribute("description"),
                                    factory ? " As many as you like." : "",
                                    HEAD,
                                    rows));
        }
    }

    private static String row(Element key) {
        return "| `%s` | %s | %s | %s |\n"
                .formatted(
                        key.getAttribute("id"),
                        allowed(key),
                        standard(key),
                        key.getAttribute("description").replace("|", "\\|"));
    }

    private static String allowed(Element key) {
        List<Element> options = elements(key.getElementsByTagName("Option"));
        if (!options.isEmpty()) {
            return options.stream()
                    .map(option -> '`' + option.getAttribute("value") + '`')
                    .collect(Collectors.joining(", "));
        }
        String list = key.hasAttribute("cardinality") ? "list of texts" : "text";
        return switch (key.getAttribute("type")) {
            case "Boolean" -> "`on`, `off`";
            case "Integer", "Long" -> range(key.getAttribute("min"), key.getAttribute("max"));
            default -> list;
        };
    }

    private static String range(String low, String high) {
        if (low.isEmpty()) {
            return high.isEmpty() ? "number" : "at most " + high;
        }
        return high.isEmpty() ? "at least " + low : low + " to " + high;
    }

    private static String standard(Element key) {
        String value = key.getAttribute("default");
        if (!value.isEmpty()) {
            return '`'
                    + switch (key.getAttribute("type")) {
                        case "Boolean" -> value.equals("true") ? "on" : "off";
                        default -> value;
                    }
                    + '`';
        }
        return key.hasAttribute("default") || "false".equals(key.getAttribute("required")) ? "none" : "must be given";
    }

    private static List<Element> elements(NodeList nodes) {
        List<Element> elements = new ArrayList<>();
        IntStream.range(0, nodes.getLength()).forEach(i -> elements.add((Element) nodes.item(i)));
        return elements;
    }
}
