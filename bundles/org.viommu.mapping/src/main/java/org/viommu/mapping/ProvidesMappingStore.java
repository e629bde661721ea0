// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Attribute;
import org.osgi.annotation.bundle.Capability;

/**
 * States in the bundle's manifest that the bundle provides a {@link MappingStore}, so that whoever assembles an installation can require one.
 *
 * <p>Goes on the component that provides the service.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
@Capability(namespace = MappingStore.NAMESPACE)
public @interface ProvidesMappingStore {
    /**
     * The store's short name.
     *
     * @return the value of the service property {@link MappingStore#NAME}
     */
    @Attribute(MappingStore.NAME)
    String name();

    /**
     * Whether mappings outlive the process.
     *
     * @return whether they do
     */
    @Attribute("durable")
    boolean durable();

    /**
     * Whether other processes see the mappings.
     *
     * @return whether they do
     */
    @Attribute("shared")
    boolean shared();
}
