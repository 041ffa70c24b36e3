package io.gantry.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The functions of Go's templates and of Docker's formatter. */
final class TemplateFunctions {
    private static final Set<String> NAMES = Set.of(
            "json",
            "join",
            "split",
            "lower",
            "upper",
            "title",
            "truncate",
            "pad",
            "println",
            "print",
            "printf",
            "index",
            "len",
            "eq",
            "ne",
            "lt",
            "le",
            "gt",
            "ge",
            "and",
            "or",
            "not",
            "html",
            "js",
            "urlquery",
            "slice");

    private TemplateFunctions() {}

    static boolean known(String name) {
        return NAMES.contains(name);
    }

    static Object call(String name, Object[] given) {
        try {
            return apply(name, given);
        } catch (IndexOutOfBoundsException | ClassCastException e) {
            throw new IllegalArgumentException(
                    "template parsing error: template: :1: error calling " + name
                            + ": wrong number or type of arguments",
                    e);
        }
    }

    private static Object apply(String name, Object[] a) {
        return switch (name) {
            case "json" -> Json.write(a[0]);
            case "join" -> String.join((String) a[1], texts(a[0]));
            case "split" ->
                new ArrayList<Object>(
                        Arrays.asList(text(a[0]).split(java.util.regex.Pattern.quote((String) a[1]), -1)));
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
            case "print" -> String.join("", texts(Arrays.asList(a)));
            case "println" -> String.join(" ", texts(Arrays.asList(a))) + "\n";
            case "printf" -> printf(text(a[0]), Arrays.copyOfRange(a, 1, a.length));
            case "index" -> index(a);
            case "len" -> length(a[0]);
            case "slice" ->
                text(a[0])
                        .substring(
                                (int) number(a[1]),
                                a.length > 2 ? (int) number(a[2]) : text(a[0]).length());
            case "eq" -> Arrays.stream(a).skip(1).anyMatch(other -> compare(a[0], other) == 0);
            case "ne" -> compare(a[0], a[1]) != 0;
            case "lt" -> compare(a[0], a[1]) < 0;
            case "le" -> compare(a[0], a[1]) <= 0;
            case "gt" -> compare(a[0], a[1]) > 0;
            case "ge" -> compare(a[0], a[1]) >= 0;
            case "and" ->
                Arrays.stream(a)
                        .filter(value -> !GoTemplate.truth(value))
                        .findFirst()
                        .orElse(a[a.length - 1]);
            case "or" -> Arrays.stream(a).filter(GoTemplate::truth).findFirst().orElse(a[a.length - 1]);
            case "not" -> !GoTemplate.truth(a[0]);
            case "urlquery" -> Query.encode(text(a[0]));
            default -> text(a[0]);
        };
    }

    private static String text(Object value) {
        return GoTemplate.show(value);
    }

    private static long number(Object value) {
        return ((Number) value).longValue();
    }

    private static List<String> texts(Object list) {
        return list == null
                ? List.of()
                : ((List<?>) list).stream().map(GoTemplate::show).toList();
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
                current = map.get(text(key));
                current = current == null ? "" : current;
            } else {
                List<?> list = (List<?>) current;
                int at = (int) number(key);
                if (at < 0 || at >= list.size()) {
                    throw new IllegalArgumentException(
                            "template parsing error: template: :1: error calling index: reflect: slice index out of range");
                }
                current = list.get(at);
            }
        }
        return current;
    }

    private static long length(Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.size();
        }
        return value instanceof List<?> list
                ? list.size()
                : value == null ? 0 : text(value).length();
    }

    private static int compare(Object a, Object b) {
        if (a instanceof Number left && b instanceof Number right) {
            return Double.compare(left.doubleValue(), right.doubleValue());
        }
        return text(a).compareTo(text(b));
    }

    /** {@code %v %s %d %q %t %f %x} with flags, width and precision; Java's formatter knows the rest. */
    private static String printf(String format, Object[] values) {
        Object[] shown = values.clone();
        StringBuilder java = new StringBuilder();
        int argument = 0;
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            java.append(c);
            if (c != '%') {
                continue;
            }
            for (i++; i < format.length() && "+-# 0123456789.".indexOf(format.charAt(i)) >= 0; i++) {
                java.append(format.charAt(i));
            }
            char verb = i < format.length() ? format.charAt(i) : '%';
            if (verb == '%') {
                java.append('%');
                continue;
            }
            if (verb == 'q') {
                shown[argument] = '"' + text(shown[argument]) + '"';
            } else if (verb == 'v' || verb == 's' || verb == 't') {
                shown[argument] = text(shown[argument]);
            } else if (verb == 'f' || verb == 'g' || verb == 'e') {
                shown[argument] = ((Number) shown[argument]).doubleValue();
            }
            java.append("vsqt".indexOf(verb) >= 0 ? 's' : verb);
            argument++;
        }
        return String.format(Locale.ROOT, java.toString(), shown);
    }
}
