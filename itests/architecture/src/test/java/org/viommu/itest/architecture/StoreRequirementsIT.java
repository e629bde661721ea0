// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.itest.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import aQute.bnd.osgi.Domain;
import aQute.bnd.osgi.resource.CapReqBuilder;
import aQute.bnd.osgi.resource.ResourceBuilder;
import aQute.bnd.osgi.resource.ResourceUtils;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.osgi.resource.Capability;
import org.osgi.resource.Requirement;
import org.osgi.resource.Resource;

/** What bundles ask of mapping stores, and which stores will do, as a resolver sees it. */
class StoreRequirementsIT {
    private static final String NAMESPACE = "org.viommu.mapping";
    private static final List<String> STORES = List.of("radix", "tree", "mvstore", "hazelcast");

    @Test
    void a_bundle_with_RequireMappingStore_asks_for_any_store() throws IOException {
        List<Requirement> requirements = resource("demo").getRequirements(NAMESPACE);
        assertThat(requirements).hasSize(1);
        assertThat(requirements.get(0).getDirectives())
                .containsOnly(Map.entry("effective", "active"), Map.entry("filter", "(viommu.store=*)"));
        assertThat(providers(requirements.get(0))).containsExactlyElementsOf(STORES);
    }

    @Test
    void a_filter_on_what_stores_say_of_themselves_chooses_among_them() throws Exception {
        assertThat(providers(filtered("(durable=true)"))).containsExactly("mvstore", "hazelcast");
        assertThat(providers(filtered("(shared=true)"))).containsExactly("hazelcast");
        assertThat(providers(filtered("(bytes.per.mapping<=64)"))).containsExactly("tree");
        assertThat(providers(filtered("(viommu.store=radix)"))).containsExactly("radix");
        assertThat(providers(filtered("(viommu.store=none)"))).isEmpty();
    }

    private static Requirement filtered(String filter) {
        return new CapReqBuilder(NAMESPACE).addDirective("filter", filter).buildSyntheticRequirement();
    }

    /** The stores whose bundles provide what is required. */
    private static List<String> providers(Requirement requirement) throws IOException {
        Stream.Builder<String> found = Stream.builder();
        for (String store : STORES) {
            for (Capability capability : resource("mapping." + store).getCapabilities(NAMESPACE)) {
                if (ResourceUtils.matches(requirement, capability)) {
                    found.add(store);
                }
            }
        }
        return found.build().toList();
    }

    private static Resource resource(String name) throws IOException {
        Path bundle = Path.of(System.getProperty("viommu.bundles"), "org.viommu." + name);
        ResourceBuilder builder = new ResourceBuilder();
        builder.addManifest(Domain.domain(jar(bundle).toFile()));
        return builder.build();
    }

    private static Path jar(Path bundle) {
        return bundle.resolve("target")
                .resolve(bundle.getFileName() + "-" + System.getProperty("viommu.version") + ".jar");
    }
}
