package io.gantry.network.bridge;

import io.gantry.linux.netlink.MacAddress;
import java.net.InetAddress;
import java.util.HexFormat;

/** Locally administered MAC addresses, {@code 02:42:…} as Docker's. */
final class Macs {
    private static final byte FIRST = 0x02;
    private static final byte SECOND = 0x42;

    private Macs() {}

    /** From the last four octets of the container's address, so that neighbours' caches stay right when an address is used again. */
    static MacAddress ofAddress(InetAddress address) {
        byte[] octets = address.getAddress();
        return of(octets, octets.length - 4);
    }

    /** From the network's id: a bridge without a fixed address would change it with its ports. */
    static MacAddress ofBridge(String networkId) {
        return of(HexFormat.of().parseHex(networkId.substring(0, 8)), 0);
    }

    private static MacAddress of(byte[] octets, int from) {
        return MacAddress.of(
                new byte[] {FIRST, SECOND, octets[from], octets[from + 1], octets[from + 2], octets[from + 3]});
    }
}
