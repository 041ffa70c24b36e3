package io.gantry.linux.netlink;

import java.net.InetAddress;
import java.util.Optional;

/**
 * A neighbour table (ARP, NDP) entry.
 *
 * @param linkIndex the interface
 * @param address   the neighbour's IP address
 * @param mac       its hardware address, once known
 * @param state     how sure the kernel is
 */
public record Neighbour(int linkIndex, InetAddress address, Optional<MacAddress> mac, NeighbourState state) {

    /** An entry that never expires and is never asked for on the wire. */
    public static Neighbour permanent(int linkIndex, InetAddress address, MacAddress mac) {
        return new Neighbour(linkIndex, address, Optional.of(mac), NeighbourState.PERMANENT);
    }
}
