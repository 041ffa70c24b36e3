package io.gantry.cli;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Locale;

/** Sizes and spans of time as Docker shows and reads them. */
final class HumanUnits {
    private static final String[] DECIMAL = {"B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"};
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"};

    private HumanUnits() {}

    /** Powers of 1000, {@code digits} significant digits: {@code 1.24kB}. */
    static String decimal(long size, int digits) {
        return decimal((double) size, digits);
    }

    static String decimal(double size, int digits) {
        return scaled(size, 1000, DECIMAL, digits);
    }

    /** Powers of 1024, four significant digits: {@code 1.5MiB}. */
    static String binary(long size) {
        return binary((double) size);
    }

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
        int last = text.length() - 1;
        while (last >= 0 && "0123456789. ".indexOf(text.charAt(last)) < 0) {
            last--;
        }
        if (last < 0) {
            throw new IllegalArgumentException("invalid size: '" + text + "'");
        }
        String number = text.substring(0, text.charAt(last) == ' ' ? last : last + 1);
        String suffix = text.substring(last + 1).toLowerCase(Locale.ROOT);
        BigDecimal size;
        try {
            size = new BigDecimal(number);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "strconv.ParseFloat: parsing " + GoQuote.quote(number) + ": invalid syntax", e);
        }
        if (size.signum() < 0) {
            throw new IllegalArgumentException("invalid size: '" + text + "'");
        }
        int power = suffix.isEmpty() ? 0 : "bkmgtp".indexOf(suffix.charAt(0));
        String rest = suffix.isEmpty() ? "" : suffix.substring(1);
        if (power < 0 || (!rest.isEmpty() && (power == 0 || (!rest.equals("b") && !rest.equals("ib"))))) {
            throw new IllegalArgumentException("invalid suffix: '" + suffix + "'");
        }
        return size.multiply(BigDecimal.valueOf(1024).pow(power)).longValue();
    }

    /** {@code 5 minutes}, {@code About an hour}, {@code 3 weeks}. */
    static String span(Duration duration) {
        long seconds = duration.toSeconds();
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
