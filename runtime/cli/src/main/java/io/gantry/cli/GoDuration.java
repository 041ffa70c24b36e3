package io.gantry.cli;

import java.math.BigDecimal;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Go's {@code time.ParseDuration}: {@code 1h15m}, {@code 1.5s}, {@code 300ms}, {@code -2m}, {@code 0}. */
final class GoDuration {
    private static final Pattern PART = Pattern.compile("([0-9]*\\.?[0-9]*)(ns|us|µs|μs|ms|s|m|h)");

    private GoDuration() {}

    /** Nanoseconds. */
    static long parse(String text) {
        String rest = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
        if (rest.equals("0")) {
            return 0;
        }
        BigDecimal sum = BigDecimal.ZERO;
        Matcher matcher = PART.matcher(rest);
        int at = 0;
        while (at < rest.length() && matcher.find(at) && matcher.start() == at) {
            String number = matcher.group(1);
            if (number.isEmpty() || number.equals(".")) {
                break;
            }
            sum = sum.add(new BigDecimal(number).multiply(BigDecimal.valueOf(nanos(matcher.group(2)))));
            at = matcher.end();
        }
        if (rest.isEmpty() || at < rest.length()) {
            String why = rest.matches("[0-9.]+") && !rest.equals(".")
                    ? "time: missing unit in duration"
                    : "time: invalid duration";
            throw new IllegalArgumentException(why + " \"" + text + "\"");
        }
        long nanos = sum.longValue();
        return text.startsWith("-") ? -nanos : nanos;
    }

    private static long nanos(String unit) {
        return switch (unit) {
            case "ns" -> 1L;
            case "ms" -> 1_000_000L;
            case "s" -> 1_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "h" -> 3_600_000_000_000L;
            default -> 1_000L;
        };
    }
}
