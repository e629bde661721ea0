// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.trace.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of the trace in the log, which is there if and only if it is configured. */
@ObjectClassDefinition(
        name = "Viommu trace in the log",
        description = "Writes the trace events of IOMMUs to the logger org.viommu.trace, level INFO.")
@interface LogConfiguration {
    /** The PID. */
    String PID = "org.viommu.trace.log";

    @AttributeDefinition(
            description = "Name of the machine whose IOMMUs are traced; all unless given.",
            required = false)
    String machine() default "";

    @AttributeDefinition(description = "Name of the IOMMU that is traced; all unless given.", required = false)
    String name() default "";
}
