package io.gantry.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A list in the form {@code --format} asks for: a table (the default), a table of one's own, JSON lines, or a template
 * per row. {@code type} is the name of the row's type in errors, {@code headers} names every field a row has, and its column's
 * title; {@code standard} are the columns shown by default.
 */
record Listing(String type, Map<String, String> headers, List<String> standard) {
    /** Pairs of field and title: {@code "ID=CONTAINER ID"}. */
    static Listing of(String type, String fields, String standard) {
        Map<String, String> headers = new LinkedHashMap<>();
        for (String pair : fields.split(",")) {
            int equals = pair.indexOf('=');
            headers.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
        return new Listing(type, headers, List.of(standard.split(",")));
    }

    /** With another title for a field. */
    Listing titled(String field, String title) {
        Map<String, String> changed = new LinkedHashMap<>(headers);
        changed.put(field, title);
        return new Listing(type, changed, standard);
    }

    Listing showing(String columns) {
        return new Listing(type, headers, List.of(columns.split(",")));
    }

    void print(PrintStream out, String format, List<Map<String, Object>> rows) {
        if (format.isEmpty() || format.equals("table")) {
            standard(rows).print(out);
        } else if (format.equals("json")) {
            for (Map<String, Object> row : rows) {
                out.println(Json.write(row(row)));
            }
        } else {
            try {
                custom(out, format, rows);
            } catch (TemplateException e) {
                throw new CommandException("template parsing error: " + e.getMessage());
            }
        }
    }

    TemplateData.Row row(Map<String, Object> fields) {
        return new TemplateData.Row(type, fields);
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
        boolean titled = isTable(format);
        GoTemplate template = GoTemplate.parse(template(format));
        if (!titled) {
            StringBuilder text = new StringBuilder();
            for (Map<String, Object> row : rows) {
                text.append(template.render(row(row))).append('\n');
            }
            out.print(text);
            return;
        }
        List<String> lines = new ArrayList<>();
        for (Map<String, Object> row : rows) {
            lines.add(template.render(row(row)));
        }
        Table table = new Table();
        TemplateData.Row titles = new TemplateData.Row(type);
        titles.putAll(headers);
        titles.put("Label", new LabelTitle());
        table.row(template.render(titles));
        for (String line : lines) {
            table.row(line);
        }
        table.print(out);
    }

    private static boolean isTable(String format) {
        return format.startsWith("table");
    }

    /** The template in a format, with {@code \t} and {@code \n}, which may be typed as two characters. */
    static String template(String format) {
        String template = isTable(format) ? format.substring("table".length()).strip() : format.strip();
        return template.replace("\\t", "\t").replace("\\n", "\n");
    }

    /** The title of {@code {{.Label "a.b-c"}}}: the label's last part, in words. */
    private static final class LabelTitle implements TemplateData.Call {
        @Override
        public Object with(List<Object> arguments) {
            String label = String.valueOf(arguments.get(0));
            return label.substring(label.lastIndexOf('.') + 1).replace('-', ' ').replace('_', ' ');
        }
    }

    /** {@code {{.Label "name"}}} of a row. */
    record LabelOf(Json object) implements TemplateData.Call {
        @Override
        public Object with(List<Object> arguments) {
            return object.text("Labels", String.valueOf(arguments.get(0)));
        }
    }
}
