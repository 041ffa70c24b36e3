package io.gantry.linux.netlink;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;

/**
 * An IP address with a prefix length: an interface's address in its network ({@code 172.17.0.1/16}) or, with no host
 * bits set, the network itself. Equality is by address and length, host bits included.
 *
 * @param address      an IPv4 or IPv6 address
 * @param prefixLength leading network bits: 0–32 for IPv4, 0–128 for IPv6
 */
public record Cidr(InetAddress address, int prefixLength) {

    /** Every IPv4 address: the destination of an IPv4 default route. */
    public static final Cidr ANY_IPV4 = parse("0.0.0.0/0");

    /** Every IPv6 address: the destination of an IPv6 default route. */
    public static final Cidr ANY_IPV6 = parse("::/0");

    /**
     * Checks the prefix.
     *
     * @throws IllegalArgumentException if the prefix does not fit the address
     */
    public Cidr {
        int bits = address.getAddress().length * 8;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException("prefix length " + prefixLength + " of " + AddressText.format(address)
                    + " is not within 0.." + bits);
        }
    }

    /**
     * Reads {@code ADDRESS/LENGTH}. Never asks the resolver.
     *
     * @throws IllegalArgumentException if the text is not an IP address, a slash and a prefix length that fits it
     */
    public static Cidr parse(String text) {
        int slash = text.indexOf('/');
        String length = text.substring(slash + 1);
        if (slash < 0 || !length.matches("[0-9]{1,3}")) {
            throw new IllegalArgumentException("invalid CIDR address: " + text);
        }
        return new Cidr(AddressText.parse(text.substring(0, slash)), Integer.parseInt(length));
    }

    /** The one address alone: {@code /32} or {@code /128}. */
    public static Cidr host(InetAddress address) {
        return new Cidr(address, address.getAddress().length * 8);
    }

    /** {@link #ANY_IPV4} or {@link #ANY_IPV6}, of the address's family. */
    public static Cidr any(InetAddress family) {
        return family instanceof Inet6Address ? ANY_IPV6 : ANY_IPV4;
    }

    public boolean isIpv6() {
        return address instanceof Inet6Address;
    }

    /** The same network with all host bits zero. */
    public Cidr network() {
        return new Cidr(masked(false), prefixLength);
    }

    /** The directed broadcast address; empty for IPv6 and for networks too small to have one (/31, /32). */
    public Optional<InetAddress> broadcast() {
        return isIpv6() || prefixLength > 30 ? Optional.empty() : Optional.of(masked(true));
    }

    /** Whether the address is of this family and within this network. */
    public boolean contains(InetAddress other) {
        byte[] bytes = other.getAddress();
        return bytes.length == address.getAddress().length
                && Arrays.equals(
                        network().address.getAddress(),
                        new Cidr(other, prefixLength).network().address.getAddress());
    }

    /** Whether the two networks share an address. */
    public boolean overlaps(Cidr other) {
        return prefixLength <= other.prefixLength ? contains(other.address) : other.contains(address);
    }

    @Override
    public String toString() {
        return AddressText.format(address) + "/" + prefixLength;
    }

    private InetAddress masked(boolean hostBit) {
        byte[] bytes = address.getAddress();
        for (int bit = prefixLength; bit < bytes.length * 8; bit++) {
            int mask = 0x80 >>> (bit % 8);
            bytes[bit / 8] = (byte) (hostBit ? (bytes[bit / 8] | mask) : (bytes[bit / 8] & ~mask));
        }
        return AddressText.of(bytes, address instanceof Inet4Address);
    }
}
