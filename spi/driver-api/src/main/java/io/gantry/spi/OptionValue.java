package io.gantry.spi;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How the text of an option is read, by type. */
final class OptionValue {
    private static final Pattern SIZE = Pattern.compile("(\\d+)(?:\\.(\\d+))?\\s*([kmgtp]?)i?b?");
    private static final Pattern INTEGER = Pattern.compile("-?\\d{1,18}");
    private static final Pattern ADDRESS = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final String UNITS = "kmgtp";

    private OptionValue() {}

    static void check(String owner, OptionSpec spec, String value) {
        boolean fits = switch (spec.type()) {
            case STRING -> true;
            case BOOLEAN -> isFlag(value);
            case INTEGER -> INTEGER.matcher(value).matches();
            case SIZE -> SIZE.matcher(value.toLowerCase(Locale.ROOT)).matches();
            case PATH -> value.startsWith("/");
            case ADDRESS -> ADDRESS.matcher(value).matches();
        };
        if (!fits) {
            throw new InvalidArgumentException(new Problem(
                    "read option " + spec.key() + " of " + owner,
                    "\"" + value + "\" is not " + nameOf(spec.type()),
                    "the option means: " + spec.doc()));
        }
    }

    static boolean flag(String value) {
        return value.isEmpty() || value.equals("1") || value.equalsIgnoreCase("true") || value.equalsIgnoreCase("t");
    }

    static long size(String value) {
        Matcher matcher = SIZE.matcher(value.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a size: " + value);
        }
        double number =
                Double.parseDouble(matcher.group(1) + "." + (matcher.group(2) == null ? "0" : matcher.group(2)));
        String unit = matcher.group(3);
        return (long) (number * Math.pow(1024, unit.isEmpty() ? 0 : UNITS.indexOf(unit) + 1));
    }

    private static boolean isFlag(String value) {
        return flag(value) || value.equals("0") || value.equalsIgnoreCase("false") || value.equalsIgnoreCase("f");
    }

    private static String nameOf(OptionSpec.Type type) {
        return switch (type) {
            case STRING -> "a text";
            case BOOLEAN -> "true or false";
            case INTEGER -> "a whole number";
            case SIZE -> "a size such as 10g";
            case PATH -> "an absolute path";
            case ADDRESS -> "an IP address";
        };
    }
}
