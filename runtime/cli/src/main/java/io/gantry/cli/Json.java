package io.gantry.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A JSON value read from the daemon. Whatever is missing reads as {@link #NONE}, whose text is empty, number 0, list
 * empty, so that a daemon of another age is no error. Plain Java values are used to build requests, see {@link #write}.
 */
record Json(Object value) {
    static final Json NONE = new Json(null);
    private static final JsonFactory FACTORY = new JsonFactory();

    static Json parse(byte[] text) throws IOException {
        try (JsonParser parser = FACTORY.createParser(text)) {
            return parser.nextToken() == null ? NONE : new Json(read(parser));
        } catch (JsonProcessingException e) {
            throw new IOException("invalid JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** A reader of concatenated values, as events, stats and progress arrive. */
    static JsonParser stream(InputStream in) throws IOException {
        return FACTORY.createParser(in).disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
    }

    /** The next value of a {@link #stream}, or {@link #NONE} at its end. */
    static Json next(JsonParser parser) throws IOException {
        return parser.nextToken() == null ? NONE : new Json(read(parser));
    }

    private static Object read(JsonParser parser) throws IOException {
        switch (parser.currentToken()) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String name = parser.currentName();
                    parser.nextToken();
                    map.put(name, read(parser));
                }
                return map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(read(parser));
                }
                return list;
            }
            case VALUE_NUMBER_INT -> {
                return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                        ? (Object) parser.getBigIntegerValue()
                        : (Object) parser.getLongValue();
            }
            case VALUE_NUMBER_FLOAT -> {
                return parser.getDoubleValue();
            }
            case VALUE_TRUE, VALUE_FALSE -> {
                return parser.getBooleanValue();
            }
            case VALUE_NULL -> {
                return null;
            }
            default -> {
                return parser.getText();
            }
        }
    }

    /** The value below these names, or {@link #NONE}. */
    Json at(String... path) {
        Object current = value;
        for (String name : path) {
            current = current instanceof Map<?, ?> map ? map.get(name) : null;
        }
        return current == null ? NONE : new Json(current);
    }

    boolean exists() {
        return value != null;
    }

    String text() {
        return value == null ? "" : value.toString();
    }

    String text(String... path) {
        return at(path).text();
    }

    long number(String... path) {
        return at(path).value instanceof Number number ? number.longValue() : 0;
    }

    double real(String... path) {
        return at(path).value instanceof Number number ? number.doubleValue() : 0;
    }

    boolean flag(String... path) {
        return at(path).value instanceof Boolean flag && flag;
    }

    List<Json> list(String... path) {
        List<Json> items = new ArrayList<>();
        if (at(path).value instanceof List<?> list) {
            for (Object item : list) {
                items.add(new Json(item));
            }
        }
        return items;
    }

    List<String> texts(String... path) {
        List<String> texts = new ArrayList<>();
        for (Json item : list(path)) {
            texts.add(item.text());
        }
        return texts;
    }

    /** The members of an object, in the daemon's order. */
    Map<String, Json> members(String... path) {
        Map<String, Json> members = new LinkedHashMap<>();
        if (at(path).value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                members.put((String) entry.getKey(), new Json(entry.getValue()));
            }
        }
        return members;
    }

    /** The members of an object sorted by name, as Go prints its maps. */
    Map<String, Json> sorted(String... path) {
        return new TreeMap<>(members(path));
    }

    /** Compact JSON of maps, collections, texts, numbers and booleans; {@code < > &} are escaped, as Go does. */
    static String write(Object value) {
        StringBuilder text = new StringBuilder();
        write(value, text);
        return text.toString();
    }

    private static void write(Object value, StringBuilder text) {
        if (value instanceof Json json) {
            write(json.value, text);
        } else if (value instanceof TemplateData.Row row && row.json() != row) {
            write(row.json(), text);
        } else if (value instanceof Map<?, ?> map) {
            String comma = "{";
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                if (entry.getValue() instanceof TemplateData.Call) {
                    continue;
                }
                text.append(comma);
                quote(entry.getKey().toString(), text);
                text.append(':');
                write(entry.getValue(), text);
                comma = ",";
            }
            text.append(comma.equals("{") ? "{}" : "}");
        } else if (value instanceof Iterable<?> items) {
            String comma = "[";
            for (Object item : items) {
                text.append(comma);
                write(item, text);
                comma = ",";
            }
            text.append(comma.equals("[") ? "[]" : "]");
        } else if (value instanceof String string) {
            quote(string, text);
        } else if (value instanceof TemplateData.Later later) {
            write(later.value(), text);
        } else if (value instanceof TemplateData.Null) {
            text.append("null");
        } else if (value instanceof TemplateData.Nothing) {
            text.append("{}");
        } else {
            text.append(value);
        }
    }

    private static void quote(String string, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char c = string.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < 0x20 || c == 0x2028 || c == 0x2029 || c == '<' || c == '>' || c == '&') {
                        text.append(String.format("\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }

    /** Raw JSON without the white space between its tokens. */
    static String compact(String raw) {
        StringBuilder out = new StringBuilder(raw.length());
        boolean quoted = false;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (quoted && c == '\\') {
                out.append(c).append(raw.charAt(++i));
                continue;
            }
            quoted ^= c == '"';
            if (quoted || !Character.isWhitespace(c)) {
                out.append(c);
            }
        }
        return out.toString();
    }

    /** Lays raw JSON out afresh without touching its tokens, as Go's {@code json.Indent} does. */
    static String indent(String raw, String step) {
        StringBuilder out = new StringBuilder(raw.length() * 2);
        int depth = 0;
        boolean opened = false;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (Character.isWhitespace(c)) {
                continue;
            }
            if (opened && c != ']' && c != '}') {
                depth++;
                newLine(out, depth, step);
            }
            boolean wasOpened = opened;
            opened = false;
            switch (c) {
                case '"' -> {
                    int end = i + 1;
                    while (raw.charAt(end) != '"') {
                        end += raw.charAt(end) == '\\' ? 2 : 1;
                    }
                    out.append(raw, i, end + 1);
                    i = end;
                }
                case '{', '[' -> {
                    opened = true;
                    out.append(c);
                }
                case ',' -> {
                    out.append(c);
                    newLine(out, depth, step);
                }
                case ':' -> out.append(": ");
                case '}', ']' -> {
                    if (!wasOpened) {
                        depth--;
                        newLine(out, depth, step);
                    }
                    out.append(c);
                }
                default -> out.append(c);
            }
        }
        return out.toString();
    }

    private static void newLine(StringBuilder out, int depth, String step) {
        out.append('\n').append(step.repeat(depth));
    }
}
