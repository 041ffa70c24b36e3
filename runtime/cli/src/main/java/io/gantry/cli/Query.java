package io.gantry.cli;

import java.nio.charset.StandardCharsets;

/** A query string in the making; values are percent-encoded. */
final class Query {
    private static final String HEX = "0123456789ABCDEF";

    private final StringBuilder text = new StringBuilder();

    Query add(String name, String value) {
        text.append(text.length() == 0 ? '?' : '&').append(name).append('=').append(encode(value));
        return this;
    }

    Query add(String name, long value) {
        return add(name, Long.toString(value));
    }

    /** Adds {@code name=1} when {@code set}; Docker reads a missing flag as false. */
    Query flag(String name, boolean set) {
        return set ? add(name, "1") : this;
    }

    /** Adds the pair unless the value is empty. */
    Query optional(String name, String value) {
        return value.isEmpty() ? this : add(name, value);
    }

    /** Percent-encoding of all but letters, digits and {@code -_.~}. */
    static String encode(String value) {
        StringBuilder encoded = new StringBuilder(value.length() + 16);
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = (b >= 'a' && b <= 'z')
                    || (b >= 'A' && b <= 'Z')
                    || (b >= '0' && b <= '9')
                    || "-_.~".indexOf(b) >= 0;
            if (plain) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX.charAt((b >> 4) & 15)).append(HEX.charAt(b & 15));
            }
        }
        return encoded.toString();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
