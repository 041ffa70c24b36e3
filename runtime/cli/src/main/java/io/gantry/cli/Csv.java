package io.gantry.cli;

import java.util.ArrayList;
import java.util.List;

/** One record of comma-separated values, a field in double quotes may hold commas; errors in the words of Go's reader. */
final class Csv {
    private Csv() {}

    static List<String> fields(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("EOF");
        }
        List<String> fields = new ArrayList<>();
        int at = 0;
        while (true) {
            StringBuilder field = new StringBuilder();
            if (at < text.length() && text.charAt(at) == '"') {
                at = quoted(text, at + 1, field);
            } else {
                while (at < text.length() && text.charAt(at) != ',') {
                    if (text.charAt(at) == '"') {
                        throw problem(at + 1, "bare \" in non-quoted-field");
                    }
                    field.append(text.charAt(at++));
                }
            }
            fields.add(field.toString());
            if (at >= text.length()) {
                return fields;
            }
            at++;
        }
    }

    /** Reads up to the closing quote, and gives the place behind it. */
    private static int quoted(String text, int from, StringBuilder field) {
        int at = from;
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (c != '"') {
                field.append(c);
            } else if (at < text.length() && text.charAt(at) == '"') {
                field.append('"');
                at++;
            } else if (at == text.length() || text.charAt(at) == ',') {
                return at;
            } else {
                throw problem(at, "extraneous or missing \" in quoted-field");
            }
        }
        throw problem(at + 1, "extraneous or missing \" in quoted-field");
    }

    private static IllegalArgumentException problem(int column, String why) {
        return new IllegalArgumentException("parse error on line 1, column " + column + ": " + why);
    }
}
