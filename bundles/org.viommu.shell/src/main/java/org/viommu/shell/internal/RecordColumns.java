// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The columns of a table whose rows are records: one for each component. */
final class RecordColumns {
    private RecordColumns() {}

    static <T extends Record> List<Column<T>> of(Class<T> type) {
        return Arrays.stream(type.getRecordComponents())
                .map(RecordColumns::<T>column)
                .toList();
    }

    private static <T extends Record> Column<T> column(RecordComponent component) {
        String name = component.getName().replaceAll("[A-Z]", "-$0").toLowerCase(Locale.ROOT);
        return new Column<>(name, row -> value(component, row));
    }

    private static Object value(RecordComponent component, Record row) {
        try {
            return component.getAccessor().invoke(row);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("rows are public, and their accessors only return", e);
        }
    }
}
