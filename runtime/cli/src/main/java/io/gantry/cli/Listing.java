package io.gantry.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A list in the form {@code --format} asks for: a table (the default), a table of one's own, JSON lines, or a template
 * per row. {@code headers} names every field a row has, and its column's title; {@code standard} are the columns shown by default.
 */
record Listing(Map<String, String> headers, List<String> standard) {
    /** Pairs of field and title: {@code "ID=CONTAINER ID"}. */
    static Listing of(String fields, String standard) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String pair : fields.split(",")) {
            int equals = pair.indexOf('=');
            headers.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return new Listing(headers, List.of(standard.split(",")));
    }

    void print(PrintStream out, String format, List<Map<String, Object>> rows) {
        if (format.isEmpty() || format.equals("table")) {
            standard(rows).print(out);
        } else if (format.equals("json")) {
            rows.forEach(row -> out.println(Json.write(new TreeMap<>(row))));
        } else if (format.startsWith("table ")) {
            custom(out, format.substring("table ".length()), rows);
        } else {
            GoTemplate template = GoTemplate.parse(unescape(format));
            rows.forEach(row -> out.println(template.render(row)));
        }
    }

    private Table standard(List<Map<String, Object>> rows) {
        List<String> titles = new ArrayList<>();
        for (String name : standard) {
            titles.add(headers.get(name));
        }
        Table table = new Table().row(titles);
        for (Map<String, Object> row : rows) {
            List<String> cells = new ArrayList<>();
            for (String name : standard) {
                cells.add(String.valueOf(row.getOrDefault(name, "")));
            }
            table.row(cells);
        }
        return table;
    }

    private void custom(PrintStream out, String format, List<Map<String, Object>> rows) {
        GoTemplate template = GoTemplate.parse(unescape(format));
        Table table = new Table();
        table.row(List.of(
                template.render(new LinkedHashMap<String, Object>(headers)).split("\t", -1)));
        for (Map<String, Object> row : rows) {
            table.row(List.of(template.render(row).split("\t", -1)));
        }
        table.print(out);
    }

    /** Docker lets {@code \t} and {@code \n} be typed as two characters. */
    static String unescape(String format) {
        return format.replace("\\t", "\t").replace("\\n", "\n");
    }
}
