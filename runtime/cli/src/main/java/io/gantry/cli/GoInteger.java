package io.gantry.cli;

import java.math.BigInteger;

/** Go's {@code strconv.ParseInt} and {@code ParseUint} with base 0: {@code 16}, {@code 0x10}, {@code 0b1}, {@code 0o7}, {@code 017}. */
final class GoInteger {
    private GoInteger() {}

    static long parse(String text) {
        return number(text, "ParseInt", BigInteger.valueOf(Long.MIN_VALUE), BigInteger.valueOf(Long.MAX_VALUE));
    }

    /** A number without a sign that fits into so many bits; 64 bits read as Java's signed long. */
    static long unsigned(String text, int bits) {
        if (text.startsWith("-") || text.startsWith("+")) {
            throw problem("ParseUint", text, "invalid syntax");
        }
        return number(
                text,
                "ParseUint",
                BigInteger.ZERO,
                BigInteger.ONE.shiftLeft(bits).subtract(BigInteger.ONE));
    }

    /** A decimal of 16 bits. */
    static long port(String text) {
        boolean digits = !text.isEmpty();
        for (int i = 0; i < text.length(); i++) {
            digits &= text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        if (!digits) {
            throw problem("ParseUint", text, "invalid syntax");
        }
        if (text.length() > 9 || Integer.parseInt(text) > 0xffff) {
            throw problem("ParseUint", text, "value out of range");
        }
        return Integer.parseInt(text);
    }

    private static long number(String text, String function, BigInteger least, BigInteger most) {
        boolean signed = text.startsWith("-") || text.startsWith("+");
        String digits = signed ? text.substring(1) : text;
        int base = 10;
        if (digits.length() > 1 && digits.charAt(0) == '0') {
            base = switch (digits.charAt(1)) {
                case 'x', 'X' -> 16;
                case 'b', 'B' -> 2;
                default -> 8;
            };
            boolean letter = Character.isLetter(digits.charAt(1));
            digits = digits.substring(letter && "xXbBoO".indexOf(digits.charAt(1)) >= 0 ? 2 : 1);
        }
        BigInteger value;
        try {
            if (digits.startsWith("-") || digits.startsWith("+")) {
                throw problem(function, text, "invalid syntax");
            }
            value = new BigInteger(digits, base);
        } catch (NumberFormatException e) {
            throw problem(function, text, "invalid syntax");
        }
        value = text.startsWith("-") ? value.negate() : value;
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw problem(function, text, "value out of range");
        }
        return value.longValue();
    }

    private static IllegalArgumentException problem(String function, String text, String why) {
        return new IllegalArgumentException("strconv." + function + ": parsing " + GoQuote.quote(text) + ": " + why);
    }
}
