package dev.lanekeeper.server;

import java.util.ArrayList;
import java.util.List;

/** Columns as wide as what stands in them, for people who read a terminal. */
final class Table {

    private final List<List<String>> rows = new ArrayList<>();

    Table(List<String> head) {
        rows.add(head);
    }

    void add(List<String> row) {
        rows.add(row.stream().map(Table::cell).toList());
    }

    /** Keys are data: what would steer the terminal or break the line is shown as a question mark. */
    private static String cell(String text) {
        return text.isEmpty() ? "-" : text.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\u0080-\u009f]", "?");
    }

    String text() {
        var text = new StringBuilder();
        for (var row : rows) {
            var line = new StringBuilder();
            for (var column = 0; column < row.size(); column++) {
                line.append(row.get(column))
                        .append(" ".repeat(width(column) - row.get(column).length() + 2));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private int width(int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
