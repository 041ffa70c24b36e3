package io.gantry.linux.netlink;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * A network interface as the kernel reported it.
 *
 * @param index      interface index in its namespace
 * @param name       interface name in its namespace
 * @param kind       the virtual device's type ({@code veth}, {@code bridge}, {@code macvlan}, …); empty for others
 * @param master     index of the bridge or bond it is a port of
 * @param linkIndex  index of the lower device (macvlan's parent) or of the other end of a veth pair; counted in the
 *                   namespace {@code netnsId} where that is present, else in this link's own
 * @param netnsId    this namespace's number for the one the linked device is in, when it is another
 * @param mac        hardware address, where it is an Ethernet one
 * @param mtu        bytes
 * @param flags      {@code IFF_*} bits (netdevice(7))
 * @param operState  RFC 2863 state as {@code IF_OPER_*}: 0 unknown, 2 down, 3 lower layer down, 5 dormant, 6 up
 * @param alias      free text given to the interface
 * @param stats      counters
 * @param bridge     settings, when the link is a bridge
 * @param port       settings, when the link is a bridge's port
 * @param macvlan    mode, when the link is a macvlan
 * @param ipvlan     mode, when the link is an ipvlan
 * @param vlan       number of the VLAN, when the link is one
 */
public record Link(
        int index,
        String name,
        Optional<String> kind,
        OptionalInt master,
        OptionalInt linkIndex,
        OptionalInt netnsId,
        Optional<MacAddress> mac,
        int mtu,
        int flags,
        int operState,
        Optional<String> alias,
        LinkStats stats,
        Optional<BridgeSettings> bridge,
        Optional<BridgePort> port,
        Optional<MacvlanMode> macvlan,
        Optional<IpvlanMode> ipvlan,
        OptionalInt vlan) {

    static final int IFF_UP = 1;
    private static final int IFF_LOOPBACK = 8;
    private static final int IFF_LOWER_UP = 1 << 16;

    /** Administratively up. */
    public boolean isUp() {
        return (flags & IFF_UP) != 0;
    }

    /** Has a carrier: the physical layer, or the other end of the pair, is up. */
    public boolean hasCarrier() {
        return (flags & IFF_LOWER_UP) != 0;
    }

    public boolean isLoopback() {
        return (flags & IFF_LOOPBACK) != 0;
    }

    /** Whether the kernel calls the link this kind, as in {@code isKind("bridge")}. */
    public boolean isKind(String name) {
        return kind.filter(name::equals).isPresent();
    }
}
