// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.metrics.internal;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Configuration of the endpoint for Prometheus, which is there if and only if it is configured. */
@ObjectClassDefinition(
        name = "Viommu endpoint for Prometheus",
        description = "Serves the metrics as text over HTTP, without encryption or authentication.")
@interface PrometheusConfiguration {
    /** The PID. */
    String PID = "org.viommu.metrics.prometheus";

    @AttributeDefinition(
            description = "Address to listen at. Whoever reaches it can read the metrics; by default only this host.")
    String host() default "127.0.0.1";

    @AttributeDefinition(description = "TCP port to listen at; 0 takes a free one.", min = "0", max = "65535")
    int port() default 9464;

    @AttributeDefinition(description = "Path of the metrics.")
    String path() default "/metrics";
}
