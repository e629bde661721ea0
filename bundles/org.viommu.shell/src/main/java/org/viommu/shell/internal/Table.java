// Copyright the Viommu authors.
// SPDX-License-Identifier: Apache-2.0

package org.viommu.shell.internal;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.AbstractList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * What a command answers: a list of objects that can be handed on, shown as a table where they meet a console.
 *
 * @param <T> of the objects
 */
public final class Table<T> extends AbstractList<T> {
    static final String GAP = "  ";

    private final List<Column<T>> columns;
    private final List<T> rows;
    private final String note;

    /**
     * Makes a table.
     *
     * @param note the line below the table, or in its place if it has no rows; may be empty
     */
    Table(List<Column<T>> columns, List<T> rows, String note) {
        this.columns = List.copyOf(columns);
        this.rows = List.copyOf(rows);
        this.note = note;
    }

    /**
     * Makes a table of records, with a column for each of their components.
     *
     * @param note the line below the table, or in its place if it has no rows; may be empty
     */
    static <R extends Record> Table<R> of(Class<R> type, List<R> rows, String note) {
        return new Table<>(RecordColumns.of(type), rows, note);
    }

    @Override
    public T get(int index) {
        return rows.get(index);
    }

    @Override
    public int size() {
        return rows.size();
    }

    /**
     * The objects behind the lines: this list, without the headings.
     *
     * @return in the order of the lines
     */
    public List<T> rows() {
        return rows;
    }

    /** This, or its JSON. */
    Object as(boolean json) {
        return json ? json() : this;
    }

    /**
     * An array with an object for each row. Addresses are strings: JSON's numbers end before 2^64.
     *
     * @return one line
     */
    public String json() {
        JsonArray array = new JsonArray();
        for (T row : rows) {
            JsonObject object = new JsonObject();
            columns.forEach(
                    column -> object.add(column.name(), primitive(column.value().apply(row))));
            array.add(object);
        }
        return array.toString();
    }

    /** The lines as a console shows them. */
    @Override
    public String toString() {
        List<String> headings = columns.stream()
                .map(column -> column.name().toUpperCase(Locale.ROOT))
                .toList();
        List<List<String>> cells = rows.stream().map(this::cells).toList();
        StringBuilder text = new StringBuilder();
        if (!rows.isEmpty()) {
            int[] widths = widths(headings, cells);
            append(text, headings, widths);
            cells.forEach(line -> append(text, line, widths));
        }
        return text.append(note).toString().stripTrailing();
    }

    private List<String> cells(T row) {
        return columns.stream().map(column -> shown(column.value().apply(row))).toList();
    }

    private int[] widths(List<String> headings, List<List<String>> cells) {
        return IntStream.range(0, columns.size())
                .map(i -> Math.max(
                        headings.get(i).length(),
                        cells.stream()
                                .mapToInt(line -> line.get(i).length())
                                .max()
                                .orElse(0)))
                .toArray();
    }

    private void append(StringBuilder text, List<String> cells, int... widths) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String space = " ".repeat(widths[i] - cells.get(i).length());
            boolean right = columns.get(i).value().apply(rows.get(0)) instanceof Number;
            line.append(right ? space : "").append(cells.get(i)).append(right ? "" : space);
            line.append(GAP);
        }
        text.append(line.toString().stripTrailing()).append('\n');
    }

    static String shown(Object value) {
        if (value instanceof Boolean truth) {
            return truth ? "yes" : "no";
        }
        return value instanceof Number number
                ? String.format(Locale.ROOT, "%,d", number.longValue())
                : value.toString();
    }

    private static JsonPrimitive primitive(Object value) {
        if (value instanceof Boolean truth) {
            return new JsonPrimitive(truth);
        }
        return value instanceof Number number ? new JsonPrimitive(number) : new JsonPrimitive(value.toString());
    }
}
