// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import java.util.stream.Collectors;
import org.apache.felix.service.command.Converter;
import org.osgi.service.component.annotations.Component;

/** Shows what commands answer in consoles, and where it is piped on: tables with their headings, and single rows. */
@Component
public final class TableConverter implements Converter {
    /** Called by Declarative Services. */
    public TableConverter() {}

    @Override
    public Object convert(Class<?> type, Object value) {
        return null;
    }

    @Override
    public CharSequence format(Object value, int level, Converter escape) {
        if (value instanceof Table<?> table) {
            return table.toString();
        }
        boolean ours = value instanceof Record
                && value.getClass().getClassLoader() == getClass().getClassLoader();
        return ours ? line((Record) value) : null;
    }

    private static <T extends Record> String line(T row) {
        @SuppressWarnings("unchecked")
        Class<T> type = (Class<T>) row.getClass();
        return RecordColumns.of(type).stream()
                .map(column -> Table.shown(column.value().apply(row)))
                .collect(Collectors.joining(Table.GAP));
    }
}
