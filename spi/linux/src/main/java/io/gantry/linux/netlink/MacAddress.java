package io.gantry.linux.netlink;

import java.util.Arrays;
import java.util.Locale;

/**
 * A 48-bit Ethernet hardware address.
 *
 * @param bits the address in the low 48 bits, first octet highest
 */
public record MacAddress(long bits) {

    static final int LENGTH = 6;

    /**
     * Checks the width.
     *
     * @throws IllegalArgumentException if any of the upper 16 bits is set
     */
    public MacAddress {
        if (bits >>> 48 != 0) {
            throw new IllegalArgumentException("a MAC address has 48 bits, not " + Long.toHexString(bits));
        }
    }

    /**
     * Reads six hexadecimal octets separated by colons or hyphens.
     *
     * @throws IllegalArgumentException if the text is anything else
     */
    public static MacAddress parse(String text) {
        String[] octets = text.split("[:-]", -1);
        boolean wellFormed =
                octets.length == LENGTH && Arrays.stream(octets).allMatch(octet -> octet.matches("[0-9a-fA-F]{2}"));
        if (!wellFormed) {
            throw new IllegalArgumentException(
                    "invalid MAC address: '" + text + "' (want six octets as 02:42:ac:11:00:02)");
        }
        long bits = 0;
        for (String octet : octets) {
            bits = (bits << 8) | Integer.parseInt(octet, 16);
        }
        return new MacAddress(bits);
    }

    /**
     * Takes six octets in transmission order.
     *
     * @throws IllegalArgumentException if the array is not six bytes long
     */
    public static MacAddress of(byte[] octets) {
        if (octets.length != LENGTH) {
            throw new IllegalArgumentException("a MAC address has 6 octets, not " + octets.length);
        }
        long bits = 0;
        for (byte octet : octets) {
            bits = (bits << 8) | Byte.toUnsignedLong(octet);
        }
        return new MacAddress(bits);
    }

    /** The six octets in transmission order, in a new array. */
    public byte[] octets() {
        byte[] octets = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            octets[i] = (byte) (bits >>> (8 * (LENGTH - 1 - i)));
        }
        return octets;
    }

    /** Lower-case octets separated by colons. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(17);
        for (byte octet : octets()) {
            if (!text.isEmpty()) {
                text.append(':');
            }
            text.append(String.format(Locale.ROOT, "%02x", octet));
        }
        return text.toString();
    }
}
