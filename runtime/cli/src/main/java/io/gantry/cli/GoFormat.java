package io.gantry.cli;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Go's fmt: what {@code %v} shows, and {@code Printf}'s verbs. */
final class GoFormat {
    private GoFormat() {}

    /** The text a template prints for a value. */
    static String show(Object value) {
        if (value == null) {
            return "<no value>";
        }
        if (value instanceof TemplateData.Null missing) {
            return missing.shown();
        }
        return shown(value);
    }

    private static String shown(Object value) {
        if (value == null) {
            return "<nil>";
        }
        if (value instanceof TemplateData.Null missing) {
            return missing.shown();
        }
        if (value instanceof TemplateData.Nothing) {
            return "{}";
        }
        if (value instanceof Map<?, ?> map) {
            StringBuilder text = new StringBuilder("map[");
            for (Map.Entry<Object, Object> entry : new java.util.TreeMap<Object, Object>(map).entrySet()) {
                text.append(text.length() > 4 ? " " : "")
                        .append(entry.getKey())
                        .append(':')
                        .append(shown(entry.getValue()));
            }
            return text.append(']').toString();
        }
        if (value instanceof List<?> list) {
            StringBuilder text = new StringBuilder("[");
            for (Object item : list) {
                text.append(text.length() > 1 ? " " : "").append(shown(item));
            }
            return text.append(']').toString();
        }
        return value instanceof Double number ? real(number) : value.toString();
    }

    /** {@code %v} of a float: plain for exponents from -4 to 20. */
    private static String real(double number) {
        if (number == 0 || Double.isNaN(number) || Double.isInfinite(number)) {
            return number == 0 ? "0" : Double.toString(number);
        }
        BigDecimal exact = new BigDecimal(Double.toString(number)).stripTrailingZeros();
        int exponent = exact.precision() - exact.scale() - 1;
        if (exponent >= -4 && exponent < 21) {
            return exact.toPlainString();
        }
        String digits = exact.unscaledValue().abs().toString();
        return (number < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + (exponent < 0 ? "e-" : "e+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }

    /** Operands with spaces between those of which neither is a text. */
    static String print(Object[] values) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            boolean apart = i > 0 && !(values[i - 1] instanceof String) && !(values[i] instanceof String);
            text.append(apart ? " " : "").append(shown(values[i]));
        }
        return text.toString();
    }

    static String println(Object[] values) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            text.append(i > 0 ? " " : "").append(shown(values[i]));
        }
        return text.append('\n').toString();
    }

    /** The verbs {@code v s d q t f g e x X c o b} with flags, width and precision. */
    static String printf(String format, List<Object> values) {
        StringBuilder out = new StringBuilder();
        int used = 0;
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%') {
                out.append(c);
                continue;
            }
            int start = i + 1;
            for (i++; i < format.length() && "+-# 0123456789.".indexOf(format.charAt(i)) >= 0; i++) {
                // flags, width and precision
            }
            if (i >= format.length()) {
                return out.append("%!(NOVERB)").toString();
            }
            char verb = format.charAt(i);
            if (verb == '%') {
                out.append('%');
            } else if (used >= values.size()) {
                out.append("%!").append(verb).append("(MISSING)");
            } else {
                out.append(one(format.substring(start, i), verb, values.get(used++)));
            }
        }
        if (used < values.size()) {
            out.append("%!(EXTRA ");
            for (int i = used; i < values.size(); i++) {
                out.append(i > used ? ", " : "")
                        .append(type(values.get(i)))
                        .append('=')
                        .append(shown(values.get(i)));
            }
            out.append(')');
        }
        return out.toString();
    }

    private static String one(String flags, char verb, Object value) {
        switch (verb) {
            case 'v', 's' -> {
                if (verb == 's' && (value instanceof Number || value instanceof Boolean)) {
                    break;
                }
                return padded(flags, precise(flags, shown(value)));
            }
            case 'q' -> {
                return padded(flags, GoQuote.quote(shown(value)));
            }
            case 't' -> {
                if (value instanceof Boolean) {
                    return padded(flags, value.toString());
                }
            }
            case 'd', 'x', 'X', 'o' -> {
                if (value instanceof Long) {
                    return String.format(Locale.ROOT, "%" + flags + verb, value);
                }
                if (value instanceof String text && (verb == 'x' || verb == 'X')) {
                    StringBuilder hex = new StringBuilder();
                    for (byte b : text.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
                        hex.append(String.format(Locale.ROOT, verb == 'x' ? "%02x" : "%02X", b));
                    }
                    return padded(flags, hex.toString());
                }
            }
            case 'b' -> {
                if (value instanceof Long number) {
                    return padded(flags, Long.toBinaryString(number));
                }
            }
            case 'c' -> {
                if (value instanceof Long point) {
                    return padded(flags, Character.toString(point.intValue()));
                }
            }
            case 'f', 'F', 'e', 'E', 'g', 'G' -> {
                if (value instanceof Double number) {
                    return verb == 'g' && flags.indexOf('.') < 0
                            ? padded(flags, real(number))
                            : String.format(Locale.ROOT, "%" + flags + (verb == 'F' ? 'f' : verb), number);
                }
            }
            default -> {
                // told below
            }
        }
        return "%!" + verb + "(" + type(value) + "=" + shown(value) + ")";
    }

    private static String type(Object value) {
        if (value instanceof Long) {
            return "int";
        }
        if (value instanceof Boolean) {
            return "bool";
        }
        return value instanceof Double ? "float64" : value instanceof String ? "string" : "interface {}";
    }

    private static String precise(String flags, String text) {
        int dot = flags.indexOf('.');
        if (dot < 0) {
            return text;
        }
        String digits = flags.substring(dot + 1);
        int most = digits.isEmpty() ? 0 : Integer.parseInt(digits);
        return text.codePointCount(0, text.length()) <= most
                ? text
                : text.substring(0, text.offsetByCodePoints(0, most));
    }

    private static String padded(String flags, String text) {
        int dot = flags.indexOf('.');
        String head = dot < 0 ? flags : flags.substring(0, dot);
        boolean left = head.indexOf('-') >= 0;
        String digits = head.replaceAll("^[-+# 0]*", "");
        int missing = (digits.isEmpty() ? 0 : Integer.parseInt(digits)) - text.codePointCount(0, text.length());
        if (missing <= 0) {
            return text;
        }
        return left ? text + " ".repeat(missing) : " ".repeat(missing) + text;
    }
}
