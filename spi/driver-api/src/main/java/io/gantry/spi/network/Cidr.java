package io.gantry.spi.network;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Objects;

/**
 * An address with the length of its network prefix: an interface's address ({@code 172.17.0.2/16}) or, with no host bits set, a subnet ({@code 172.17.0.0/16}).
 *
 * @param address IPv4 or IPv6
 * @param prefixLength 0 to 32 or 0 to 128
 */
public record Cidr(InetAddress address, int prefixLength) {
    /** Checks the length. */
    public Cidr {
        Objects.requireNonNull(address, "address");
        if (prefixLength < 0 || prefixLength > address.getAddress().length * 8) {
            throw new IllegalArgumentException(
                    "no prefix of " + address.getHostAddress() + " has length " + prefixLength);
        }
    }

    /**
     * Reads {@code address/length}; never asks a name server.
     *
     * @throws IllegalArgumentException if the text has another form
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("invalid CIDR address: " + text);
        }
        try {
            return new Cidr(parseAddress(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("invalid CIDR address: " + text, e);
        }
    }

    /**
     * Reads a literal address; never asks a name server.
     *
     * @throws IllegalArgumentException if the text is not a literal address
     */
    public static InetAddress parseAddress(String text) {
        boolean literal =
                text.indexOf(':') >= 0 ? text.matches("[0-9a-fA-F:.]+") : text.matches("\\d{1,3}(\\.\\d{1,3}){3}");
        if (!literal) {
            throw new IllegalArgumentException("invalid IP address: " + text);
        }
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException("invalid IP address: " + text, e);
        }
    }

    /** Whether this is IPv6. */
    public boolean isIpv6() {
        return address.getAddress().length == 16;
    }

    /** The same prefix with all host bits cleared. */
    public Cidr network() {
        byte[] bytes = address.getAddress();
        for (int bit = prefixLength; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        return new Cidr(ofBytes(bytes), prefixLength);
    }

    /** Whether an address of the same family lies in this prefix. */
    public boolean contains(InetAddress other) {
        byte[] theirs = other.getAddress();
        return theirs.length == address.getAddress().length
                && new Cidr(other, prefixLength)
                        .network()
                        .address()
                        .equals(network().address());
    }

    /** Whether two prefixes share an address. */
    public boolean overlaps(Cidr other) {
        return (contains(other.address) && prefixLength <= other.prefixLength)
                || (other.contains(address) && other.prefixLength <= prefixLength);
    }

    private static InetAddress ofBytes(byte[] bytes) {
        try {
            return InetAddress.getByAddress(Arrays.copyOf(bytes, bytes.length));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " bytes", e);
        }
    }

    @Override
    public String toString() {
        return address.getHostAddress() + "/" + prefixLength;
    }
}
