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
import org.osgi.service.component.annotations.ComponentPropertyType;

/**
 * States what a {@link MappingStore} is like, in two places with the same names: as a capability in the manifest, so that whoever assembles an installation can
 * require a certain kind of store ({@link RequireMappingStore}), and as properties of the service, so that a device's target filter can choose one.
 *
 * <p>Goes on the component that provides the service.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target(ElementType.TYPE)
@Capability(namespace = MappingStore.NAMESPACE)
@ComponentPropertyType
public @interface ProvidesMappingStore {
    /**
     * The store's short name.
     *
     * @return the value of {@link MappingStore#NAME}
     */
    @Attribute(MappingStore.NAME)
    String viommu_store();

    /**
     * Whether mappings outlive the process.
     *
     * @return the value of {@link MappingStore#DURABLE}
     */
    @Attribute(MappingStore.DURABLE)
    boolean durable();

    /**
     * Whether other processes see the mappings.
     *
     * @return the value of {@link MappingStore#SHARED}
     */
    @Attribute(MappingStore.SHARED)
    boolean shared();

    /**
     * The most memory that a mapping takes, wherever a guest puts it.
     *
     * @return the value of {@link MappingStore#BYTES_PER_MAPPING}, at least 1
     */
    @Attribute(MappingStore.BYTES_PER_MAPPING)
    long bytes_per_mapping();
}
