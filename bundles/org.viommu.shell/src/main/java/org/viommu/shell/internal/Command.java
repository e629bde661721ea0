// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.List;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;

/**
 * A command of the scope {@code viommu}: one public method with a {@link org.apache.felix.service.command.Descriptor},
 * whose annotated parameters are the command's. Registered as a service of this type with the properties that Gogo and
 * Karaf look for.
 *
 * <p>Gogo could call the method by itself, but its answer to a wrong argument is a list of Java types. So the arguments
 * are bound here; Gogo's {@code help} reads the same annotations.
 */
public abstract class Command implements Function {
    /** The scope of all commands. */
    static final String SCOPE = "viommu";

    private final String name;
    private final Inventory inventory;
    private final Signature signature = Signature.of(getClass());

    Command(String name, Inventory inventory) {
        this.name = name;
        this.inventory = inventory;
    }

    final String name() {
        return name;
    }

    final Signature signature() {
        return signature;
    }

    /**
     * What an option or argument could be now, for completion.
     *
     * @param parameter long name of an option, or name of an argument
     */
    Stream<String> values(String parameter) {
        return inventory.values(parameter);
    }

    @Override
    public final Object execute(CommandSession session, List<Object> arguments) throws Exception {
        return Signature.asksForHelp(arguments)
                ? signature.help(SCOPE + ":" + name)
                : signature.call(this, session, arguments);
    }
}
