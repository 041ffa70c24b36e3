package io.gantry.engine.dns;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Optional;

/** Names that stand for addresses, as {@code 2.0.18.172.in-addr.arpa}. */
final class ReverseName {
    private static final String IPV4 = ".in-addr.arpa";
    private static final String IPV6 = ".ip6.arpa";

    private ReverseName() {}

    /** The address; empty if the name is not a whole one of these. */
    static Optional<InetAddress> parse(String name) {
        if (name.endsWith(IPV4)) {
            return address(name.substring(0, name.length() - IPV4.length()).split("\\.", -1), 4, 1, 10);
        }
        if (name.endsWith(IPV6)) {
            return address(name.substring(0, name.length() - IPV6.length()).split("\\.", -1), 16, 2, 16);
        }
        return Optional.empty();
    }

    private static Optional<InetAddress> address(String[] parts, int length, int partsPerByte, int radix) {
        if (parts.length != length * partsPerByte) {
            return Optional.empty();
        }
        byte[] address = new byte[length];
        int bits = 8 / partsPerByte;
        for (int i = 0; i < parts.length; i++) {
            int value = number(parts[parts.length - 1 - i], radix);
            if (value < 0 || value >= 1 << bits) {
                return Optional.empty();
            }
            int index = i / partsPerByte;
            address[index] = (byte) (address[index] << (bits % 8) | value);
        }
        try {
            return Optional.of(InetAddress.getByAddress(address));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 or 16 bytes are an address", e);
        }
    }

    private static int number(String text, int radix) {
        if (text.isEmpty() || text.length() > 3) {
            return -1;
        }
        int value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = Character.digit(text.charAt(i), radix);
            if (digit < 0) {
                return -1;
            }
            value = value * radix + digit;
        }
        return value;
    }
}
