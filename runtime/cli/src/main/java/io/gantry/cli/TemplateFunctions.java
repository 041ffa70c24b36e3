package io.gantry.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The functions of Go's templates and of Docker's formatter; wrong arguments are {@link IllegalArgumentException}s. */
final class TemplateFunctions {
    private static final String NAMES =
            " json join split lower upper title truncate pad println print printf index len eq ne lt"
                    + " le gt ge and or not html js urlquery slice ";

    private TemplateFunctions() {}

    static boolean known(String name) {
        return NAMES.contains(" " + name + " ");
    }

    /** Go's idea of "not empty". */
    static boolean truth(Object value) {
        if (value == null || value instanceof TemplateData.Null || Boolean.FALSE.equals(value) || "".equals(value)) {
            return false;
        }
        if (value instanceof Number number) {
            return number.doubleValue() != 0;
        }
        if (value instanceof List<?> list) {
            return !list.isEmpty();
        }
        return !(value instanceof Map<?, ?> map) || !map.isEmpty();
    }

    static Object call(String name, Object[] given) {
        try {
            return apply(name, given);
        } catch (IndexOutOfBoundsException | ClassCastException e) {
            throw new IllegalArgumentException("error calling " + name + ": wrong number or type of arguments", e);
        }
    }

    private static Object apply(String name, Object[] a) {
        return switch (name) {
            case "json" -> Json.write(a[0]);
            case "join" -> String.join(text(a[1]), texts(a[0]));
            case "split" -> split(text(a[0]), text(a[1]));
            case "lower" -> text(a[0]).toLowerCase(Locale.ROOT);
            case "upper" -> text(a[0]).toUpperCase(Locale.ROOT);
            case "title" -> title(text(a[0]));
            case "truncate" -> {
                String text = text(a[0]);
                yield text.substring(0, Math.min(text.length(), (int) number(a[1])));
            }
            case "pad" -> {
                String text = text(a[0]);
                yield text.isEmpty() ? "" : " ".repeat((int) number(a[1])) + text + " ".repeat((int) number(a[2]));
            }
            case "print" -> GoFormat.print(a);
            case "println" -> GoFormat.println(a);
            case "printf" -> GoFormat.printf(text(a[0]), Arrays.asList(a).subList(1, a.length));
            case "index" -> index(a);
            case "len" -> length(a[0]);
            case "slice" -> slice(a);
            case "eq" -> {
                boolean equal = false;
                for (int i = 1; i < a.length; i++) {
                    equal |= compare(name, a[0], a[i]) == 0;
                }
                yield equal;
            }
            case "ne" -> compare(name, a[0], a[1]) != 0;
            case "lt" -> compare(name, a[0], a[1]) < 0;
            case "le" -> compare(name, a[0], a[1]) <= 0;
            case "gt" -> compare(name, a[0], a[1]) > 0;
            case "ge" -> compare(name, a[0], a[1]) >= 0;
            case "not" -> !truth(a[0]);
            case "urlquery" -> URLEncoder.encode(GoFormat.print(a), StandardCharsets.UTF_8);
            case "html" -> escaped(GoFormat.print(a), "&<>\"'", "&amp;", "&lt;", "&gt;", "&#34;", "&#39;");
            default ->
                escaped(
                        GoFormat.print(a),
                        "\\'\"<>&=\n\r\t",
                        "\\\\",
                        "\\'",
                        "\\\"",
                        "\\u003C",
                        "\\u003E",
                        "\\u0026",
                        "\\u003D",
                        "\\n",
                        "\\r",
                        "\\t");
        };
    }

    private static String text(Object value) {
        return GoFormat.show(value);
    }

    private static long number(Object value) {
        return ((Number) value).longValue();
    }

    private static List<String> texts(Object list) {
        List<String> texts = new ArrayList<>();
        if (list instanceof List<?> items) {
            for (Object item : items) {
                texts.add(GoFormat.show(item));
            }
        }
        return texts;
    }

    private static List<Object> split(String text, String separator) {
        List<Object> parts = new ArrayList<>();
        int from = 0;
        for (int at = text.indexOf(separator); at >= 0 && !separator.isEmpty(); at = text.indexOf(separator, from)) {
            parts.add(text.substring(from, at));
            from = at + separator.length();
        }
        parts.add(text.substring(from));
        return parts;
    }

    private static String escaped(String text, String special, String... replacements) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            int known = special.indexOf(text.charAt(i));
            out.append(known < 0 ? String.valueOf(text.charAt(i)) : replacements[known]);
        }
        return out.toString();
    }

    private static String title(String text) {
        StringBuilder title = new StringBuilder(text);
        for (int i = 0; i < title.length(); i++) {
            if (i == 0 || Character.isWhitespace(title.charAt(i - 1))) {
                title.setCharAt(i, Character.toUpperCase(title.charAt(i)));
            }
        }
        return title.toString();
    }

    private static Object index(Object[] a) {
        Object current = a[0];
        for (Object key : Arrays.copyOfRange(a, 1, a.length)) {
            if (current instanceof Map<?, ?> map) {
                Object found = map.get(text(key));
                current = found == null ? "" : found;
            } else if (current instanceof List<?> list) {
                if (number(key) < 0 || number(key) >= list.size()) {
                    throw outOfRange("index", number(key));
                }
                current = list.get((int) number(key));
            } else if (current instanceof String text) {
                if (number(key) < 0 || number(key) >= text.length()) {
                    throw outOfRange("index", number(key));
                }
                current = (long) text.charAt((int) number(key));
            } else if (current == null || current instanceof TemplateData.Null) {
                throw new IllegalArgumentException("error calling index: index of untyped nil");
            } else {
                throw new IllegalArgumentException("error calling index: can't index item of type interface {}");
            }
        }
        return current;
    }

    private static IllegalArgumentException outOfRange(String function, long index) {
        return new IllegalArgumentException("error calling " + function + ": index out of range: " + index);
    }

    private static Object slice(Object[] a) {
        long from = a.length > 1 ? number(a[1]) : 0;
        long length = length(a[0]);
        long to = a.length > 2 ? number(a[2]) : length;
        if (from < 0 || from > length) {
            throw outOfRange("slice", from);
        }
        if (to < from || to > length) {
            throw outOfRange("slice", to);
        }
        return a[0] instanceof List<?> list
                ? new ArrayList<>(list.subList((int) from, (int) to))
                : text(a[0]).substring((int) from, (int) to);
    }

    private static long length(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.size();
        }
        if (value instanceof List<?> list) {
            return list.size();
        }
        if (value instanceof TemplateData.Null) {
            return 0;
        }
        if (value instanceof String text) {
            return text.getBytes(StandardCharsets.UTF_8).length;
        }
        throw new IllegalArgumentException(
                value == null
                        ? "error calling len: len of nil pointer"
                        : "error calling len: len of type interface {}");
    }

    private static int compare(String function, Object a, Object b) {
        if (a instanceof Number left && b instanceof Number right) {
            return Double.compare(left.doubleValue(), right.doubleValue());
        }
        boolean nothing = a == null || b == null || a instanceof TemplateData.Null || b instanceof TemplateData.Null;
        boolean equality = function.equals("eq") || function.equals("ne");
        if (nothing && equality) {
            return text(a).equals(text(b)) ? 0 : 1;
        }
        if (nothing || !a.getClass().equals(b.getClass())) {
            throw new IllegalArgumentException("error calling " + function + ": incompatible types for comparison");
        }
        if (a instanceof Map || a instanceof List || (a instanceof Boolean && !equality)) {
            throw new IllegalArgumentException("error calling " + function + ": invalid type for comparison");
        }
        return text(a).compareTo(text(b));
    }
}
