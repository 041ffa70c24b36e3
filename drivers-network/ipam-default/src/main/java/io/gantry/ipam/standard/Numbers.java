package io.gantry.ipam.standard;

import io.gantry.spi.network.Cidr;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;

/** Addresses as numbers, first octet highest. */
final class Numbers {
    private Numbers() {}

    static BigInteger number(InetAddress address) {
        return new BigInteger(1, address.getAddress());
    }

    static InetAddress address(BigInteger number, boolean ipv6) {
        byte[] bytes = new byte[ipv6 ? 16 : 4];
        byte[] digits = number.toByteArray();
        int taken = Math.min(digits.length, bytes.length);
        System.arraycopy(digits, digits.length - taken, bytes, bytes.length - taken, taken);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address of " + bytes.length + " octets", e);
        }
    }

    /** How many addresses a prefix has. */
    static BigInteger size(Cidr cidr) {
        return BigInteger.ONE.shiftLeft(cidr.address().getAddress().length * 8 - cidr.prefixLength());
    }
}
