package io.gantry.linux.netlink;

import java.nio.charset.StandardCharsets;

/** The kernel's rule for interface names (dev_valid_name), checked before anything is sent. */
final class InterfaceName {

    /** IFNAMSIZ, which counts the terminating NUL. */
    private static final int SIZE = 16;

    private InterfaceName() {}

    /** A complete name: one with a {@code %} in it would be taken as a pattern. */
    static String require(String name) {
        if (name.indexOf('%') >= 0) {
            throw new IllegalArgumentException("invalid interface name '" + name + "': want it without %");
        }
        return requireOrPattern(name);
    }

    /** A name, or a pattern with {@code %d} for the first free number. */
    static String requireOrPattern(String name) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        boolean valid = length > 0
                && length < SIZE
                && !name.equals(".")
                && !name.equals("..")
                && name.chars().noneMatch(c -> c == '/' || c == ':' || Character.isWhitespace(c) || c == 0);
        if (!valid) {
            throw new IllegalArgumentException("invalid interface name '" + name
                    + "': want 1 to 15 bytes without slash, colon or white space, and neither . nor ..");
        }
        return name;
    }
}
