package io.gantry.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Text columns as Go's tabwriter sets them with Docker's settings: a cell is padded by three spaces, a column is at
 * least ten wide, the last cell of a row is left as it is. A tab ends a cell.
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
        List<String> split = new ArrayList<>();
        for (String cell : cells) {
            int from = 0;
            for (int tab = cell.indexOf('\t'); tab >= 0; tab = cell.indexOf('\t', from)) {
                split.add(cell.substring(from, tab));
                from = tab + 1;
            }
            split.add(cell.substring(from));
        }
        rows.add(split);
        return this;
    }

    Table row(String... cells) {
        return row(List.of(cells));
    }

    /** A column is as wide as the widest cell of a run of rows that have it and one behind it. */
    void print(PrintStream out) {
        int[][] widths = new int[rows.size()][];
        for (int i = 0; i < widths.length; i++) {
            widths[i] = new int[Math.max(0, rows.get(i).size() - 1)];
        }
        for (int row = 0; row < widths.length; row++) {
            for (int column = 0; column < widths[row].length; column++) {
                if (widths[row][column] == 0) {
                    measure(widths, row, column);
                }
            }
        }
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < widths.length; row++) {
            List<String> cells = rows.get(row);
            for (int i = 0; i < cells.size(); i++) {
                String cell = cells.get(i);
                text.append(cell);
                if (i < widths[row].length) {
                    text.append(" ".repeat(widths[row][i] - length(cell)));
                }
            }
            text.append('\n');
        }
        out.print(text);
    }

    private void measure(int[][] widths, int first, int column) {
        int end = first;
        int width = minimum;
        while (end < widths.length && widths[end].length > column) {
            width = Math.max(width, length(rows.get(end).get(column)) + PADDING);
            end++;
        }
        for (int row = first; row < end; row++) {
            widths[row][column] = width;
        }
    }

    private static int length(String cell) {
        return DisplayWidth.of(cell);
    }
}
