package io.gantry.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes and spans of time as Docker shows and reads them. */
final class HumanUnits {
    private static final String[] DECIMAL = {"B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"};
    private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?) ?([kKmMgGtTpP])?[iI]?[bB]?");

    private HumanUnits() {}

    /** Powers of 1000, {@code digits} significant digits: {@code 1.24kB}. */
    static String decimal(double size, int digits) {
        return scaled(size, 1000, DECIMAL, digits);
    }

    /** Powers of 1024, four significant digits: {@code 1.5MiB}. */
    static String binary(double size) {
        return scaled(size, 1024, BINARY, 4);
    }

    private static String scaled(double size, double base, String[] units, int digits) {
        int unit = 0;
        double value = size;
        while (value >= base && unit < units.length - 1) {
            value /= base;
            unit++;
        }
        return significant(value, digits) + units[unit];
    }

    /** Go's {@code %.Ng} for values of this range: up to N significant digits, no trailing zeros. */
    static String significant(double value, int digits) {
        if (value == 0) {
            return "0";
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        if (rounded.precision() - rounded.scale() > digits) {
            String scientific = String.format(Locale.ROOT, "%." + (digits - 1) + "e", value);
            return scientific.replaceFirst("\\.?0*e", "e");
        }
        return rounded.stripTrailingZeros().toPlainString();
    }

    /** Reads {@code 512m}, {@code 1.5GiB}, {@code 100}: powers of 1024 whatever the spelling. */
    static long bytes(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("invalid size: '" + text + "'");
        }
        int power =
                matcher.group(2) == null ? 0 : "kmgtp".indexOf(matcher.group(2).toLowerCase(Locale.ROOT)) + 1;
        return new BigDecimal(matcher.group(1))
                .multiply(BigDecimal.valueOf(1024).pow(power))
                .longValue();
    }

    /** {@code 5 minutes}, {@code About an hour}, {@code 3 weeks}. */
    static String span(Duration duration) {
        long seconds = duration.getSeconds();
        if (seconds < 1) {
            return "Less than a second";
        }
        if (seconds == 1) {
            return "1 second";
        }
        if (seconds < 60) {
            return seconds + " seconds";
        }
        long minutes = seconds / 60;
        if (minutes == 1) {
            return "About a minute";
        }
        if (minutes < 60) {
            return minutes + " minutes";
        }
        long hours = (seconds + 1800) / 3600;
        if (hours == 1) {
            return "About an hour";
        }
        if (hours < 48) {
            return hours + " hours";
        }
        if (hours < 24 * 7 * 2) {
            return hours / 24 + " days";
        }
        if (hours < 24 * 30 * 2) {
            return hours / 24 / 7 + " weeks";
        }
        if (hours < 24 * 365 * 2) {
            return hours / 24 / 30 + " months";
        }
        return seconds / 3600 / 24 / 365 + " years";
    }
}
