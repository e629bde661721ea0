// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.function.Function;

/**
 * A column of a {@link Table}.
 *
 * @param name in JSON; in capitals it is the heading
 * @param value what a row has there: a number, a truth value or anything with a readable {@code toString()}
 */
record Column<T>(String name, Function<T, Object> value) {}
