// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.linux.internal.boot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.viommu.linux.internal.CannotRun;

/** The modules of one kernel. */
public final class ModuleTree {
    private static final String BUILT_IN = "modules.builtin";

    private final Path folder;
    private final Map<String, KernelModule> modules = new HashMap<>();
    private final Set<String> builtIn = new HashSet<>();

    /**
     * Looks through a folder of modules.
     *
     * @param folder the one named like the kernel's release
     * @throws CannotRun if it cannot be read
     */
    public ModuleTree(Path folder) throws CannotRun {
        this.folder = folder;
        try (Stream<Path> files = Files.walk(folder)) {
            files.map(KernelModule::of)
                    .flatMap(Optional::stream)
                    .forEach(module -> modules.putIfAbsent(module.name(), module));
            if (Files.exists(folder.resolve(BUILT_IN))) {
                Files.readAllLines(folder.resolve(BUILT_IN)).stream()
                        .map(line -> KernelModule.of(Path.of(line)))
                        .flatMap(Optional::stream)
                        .forEach(module -> builtIn.add(module.name()));
            }
        } catch (IOException e) {
            throw CannotRun.because("The kernel's modules cannot be read: %s.", e);
        }
    }

    /**
     * Reads modules and all that they depend on.
     *
     * @return their bytes by name, each after those that it depends on; what is built in is left out
     * @throws CannotRun if the kernel has no such module
     */
    public Map<String, byte[]> load(List<String> wanted) throws CannotRun {
        Map<String, byte[]> loaded = new LinkedHashMap<>();
        for (String name : wanted) {
            load(name, loaded);
        }
        return loaded;
    }

    private void load(String name, Map<String, byte[]> loaded) throws CannotRun {
        if (builtIn.contains(name) || loaded.containsKey(name)) {
            return;
        }
        KernelModule module = modules.get(name);
        if (module == null) {
            throw CannotRun.because("The kernel of %s has no %s, neither built in nor as a module.", folder, name);
        }
        try {
            byte[] bytes = module.read();
            for (String dependency : ModuleInfo.parse(bytes).dependencies()) {
                load(dependency, loaded);
            }
            loaded.put(name, bytes);
        } catch (IOException | IllegalArgumentException e) {
            throw CannotRun.because("The module %s cannot be used: %s.", module.path(), e.getMessage());
        }
    }
}
