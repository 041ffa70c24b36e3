package io.gantry.linux.netlink;

import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;

/**
 * An IP address of an interface.
 *
 * @param linkIndex the interface
 * @param cidr      the address and the length of its network's prefix
 * @param scope     how far it is valid
 * @param flags     its properties; only {@link AddressFlag#NODAD} and {@link AddressFlag#NO_PREFIX_ROUTE} can be asked for
 * @param broadcast IPv4 directed broadcast address
 * @param label     IPv4 label; the interface's name unless another was given
 */
public record LinkAddress(
        int linkIndex,
        Cidr cidr,
        AddressScope scope,
        Set<AddressFlag> flags,
        Optional<InetAddress> broadcast,
        Optional<String> label) {

    public LinkAddress {
        flags = Set.copyOf(flags);
    }

    /** Valid everywhere (an IPv6 link-local address: on its link), with the network's broadcast address if it has one. */
    public static LinkAddress of(int linkIndex, Cidr cidr, AddressFlag... flags) {
        AddressScope scope =
                cidr.address().isLinkLocalAddress() && cidr.isIpv6() ? AddressScope.LINK : AddressScope.UNIVERSE;
        return new LinkAddress(linkIndex, cidr, scope, Set.of(flags), cidr.broadcast(), Optional.empty());
    }

    public LinkAddress withScope(AddressScope other) {
        return new LinkAddress(linkIndex, cidr, other, flags, broadcast, label);
    }
}
