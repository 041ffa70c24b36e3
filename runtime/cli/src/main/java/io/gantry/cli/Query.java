package io.gantry.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** A query string in the making; values are percent-encoded. */
final class Query {
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

    static String encode(String value) {
        return URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
