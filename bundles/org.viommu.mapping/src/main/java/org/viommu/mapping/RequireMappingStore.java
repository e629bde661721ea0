// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.mapping;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.osgi.annotation.bundle.Directive;
import org.osgi.annotation.bundle.Requirement;

/** States in the bundle's manifest that some bundle with a {@link MappingStore} must be installed beside it. */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.TYPE, ElementType.PACKAGE})
@Requirement(namespace = MappingStore.NAMESPACE, effective = "active", filter = "(viommu.store=*)")
public @interface RequireMappingStore {
    /**
     * Which stores will do.
     *
     * @return an LDAP filter on the attributes of {@link MappingStore#NAMESPACE}, for example {@code (durable=true)}; any store unless stated
     */
    @Directive("filter")
    String filter() default "";
}
