package io.gantry.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Text columns as Go's tabwriter sets them with Docker's settings: a cell is padded by three spaces, a column is at
 * least ten wide, the last cell of a row is left as it is.
 */
final class Table {
    private static final int PADDING = 3;

    private final int minimum;
    private final List<List<String>> rows = new ArrayList<>();

    Table() {
        this(10);
    }

    private Table(int minimum) {
        this.minimum = minimum;
    }

    /** With columns at least twenty wide, as {@code top} has. */
    static Table wide() {
        return new Table(20);
    }

    Table row(List<String> cells) {
        rows.add(cells);
        return this;
    }

    Table row(String... cells) {
        return row(List.of(cells));
    }

    void print(PrintStream out) {
        int columns = 0;
        for (List<String> row : rows) {
            columns = Math.max(columns, row.size());
        }
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size() - 1; i++) {
                widths[i] = Math.max(widths[i], Math.max(minimum, length(row.get(i)) + PADDING));
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                String cell = row.get(i);
                text.append(cell);
                if (i < row.size() - 1) {
                    text.append(" ".repeat(widths[i] - length(cell)));
                }
            }
            text.append('\n');
        }
        out.print(text);
    }

    private static int length(String cell) {
        return cell.codePointCount(0, cell.length());
    }
}
