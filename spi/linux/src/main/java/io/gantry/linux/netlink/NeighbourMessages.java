package io.gantry.linux.netlink;

import java.net.Inet6Address;
import java.util.Optional;

/** RTM_*NEIGH messages: struct ndmsg and NDA_* attributes, for neighbours and bridge forwarding entries. */
final class NeighbourMessages {

    private static final int NDMSG = 12;
    private static final int REPLACE = Rtnl.NLM_F_CREATE | Rtnl.NLM_F_REPLACE;

    private NeighbourMessages() {}

    static NetlinkRequest put(Neighbour neighbour) {
        return new NetlinkRequest(
                "RTM_NEWNEIGH", "add neighbour " + text(neighbour), message(Rtnl.RTM_NEWNEIGH, REPLACE, neighbour));
    }

    static NetlinkRequest delete(Neighbour neighbour) {
        return new NetlinkRequest(
                "RTM_DELNEIGH", "delete neighbour " + text(neighbour), message(Rtnl.RTM_DELNEIGH, 0, neighbour));
    }

    static NetlinkRequest put(ForwardingEntry entry) {
        return new NetlinkRequest(
                "RTM_NEWNEIGH",
                "add forwarding entry " + text(entry),
                message(Rtnl.RTM_NEWNEIGH, putFlags(entry), entry));
    }

    /** A tunnel has one destination per address, but a list of them for the default and for groups. */
    private static int putFlags(ForwardingEntry entry) {
        boolean group = entry.mac().bits() == 0 || ((entry.mac().bits() >>> 40) & 1) != 0;
        boolean list = group && entry.owner() == ForwardingEntry.Owner.SELF;
        return list ? Rtnl.NLM_F_CREATE | Rtnl.NLM_F_APPEND : REPLACE;
    }

    static NetlinkRequest delete(ForwardingEntry entry) {
        return new NetlinkRequest(
                "RTM_DELNEIGH", "delete forwarding entry " + text(entry), message(Rtnl.RTM_DELNEIGH, 0, entry));
    }

    static NetlinkRequest listNeighbours() {
        return list(Rtnl.AF_UNSPEC, "list neighbours");
    }

    static NetlinkRequest listForwarding() {
        return list(Rtnl.AF_BRIDGE, "list forwarding entries");
    }

    static Optional<Neighbour> readNeighbour(NetlinkMessage message) {
        if (!isNeighbour(message) || message.payload().get(0) == Rtnl.AF_BRIDGE) {
            return Optional.empty();
        }
        Attributes attributes = message.attributesAfter(NDMSG);
        return attributes
                .address(Rtnl.NDA_DST)
                .map(address -> new Neighbour(
                        message.payload().getInt(4), address, attributes.mac(Rtnl.NDA_LLADDR), state(message)));
    }

    static Optional<ForwardingEntry> readForwarding(NetlinkMessage message) {
        if (!isNeighbour(message) || message.payload().get(0) != Rtnl.AF_BRIDGE) {
            return Optional.empty();
        }
        Attributes attributes = message.attributesAfter(NDMSG);
        boolean self = (message.payload().get(10) & ForwardingEntry.Owner.SELF.flag) != 0;
        return attributes
                .mac(Rtnl.NDA_LLADDR)
                .map(mac -> new ForwardingEntry(
                        message.payload().getInt(4),
                        mac,
                        attributes.address(Rtnl.NDA_DST),
                        state(message),
                        self ? ForwardingEntry.Owner.SELF : ForwardingEntry.Owner.MASTER,
                        attributes.u32(Rtnl.NDA_MASTER)));
    }

    private static boolean isNeighbour(NetlinkMessage message) {
        return message.type() == Rtnl.RTM_NEWNEIGH && message.payload().limit() >= NDMSG;
    }

    private static NeighbourState state(NetlinkMessage message) {
        return NeighbourState.of(Short.toUnsignedInt(message.payload().getShort(8)));
    }

    private static NetlinkRequest list(int family, String what) {
        MessageWriter out = new MessageWriter(Rtnl.RTM_GETNEIGH, Rtnl.NLM_F_DUMP);
        return new NetlinkRequest("RTM_GETNEIGH", what, fixed(out, family, 0, 0, 0));
    }

    private static MessageWriter message(int type, int flags, Neighbour neighbour) {
        int family = neighbour.address() instanceof Inet6Address ? Rtnl.AF_INET6 : Rtnl.AF_INET;
        MessageWriter out = new MessageWriter(type, flags);
        fixed(out, family, neighbour.linkIndex(), neighbour.state().value, 0);
        out.address(Rtnl.NDA_DST, neighbour.address());
        neighbour.mac().ifPresent(mac -> out.mac(Rtnl.NDA_LLADDR, mac));
        return out;
    }

    private static MessageWriter message(int type, int flags, ForwardingEntry entry) {
        MessageWriter out = new MessageWriter(type, flags);
        fixed(out, Rtnl.AF_BRIDGE, entry.linkIndex(), entry.state().value, entry.owner().flag);
        out.mac(Rtnl.NDA_LLADDR, entry.mac());
        entry.remote().ifPresent(remote -> out.address(Rtnl.NDA_DST, remote));
        return out;
    }

    private static MessageWriter fixed(MessageWriter out, int family, int linkIndex, int state, int flags) {
        return out.u8(family).u8(0).u16(0).u32(linkIndex).u16(state).u8(flags).u8(0);
    }

    private static String text(Neighbour neighbour) {
        return AddressText.format(neighbour.address()) + " on link #" + neighbour.linkIndex();
    }

    private static String text(ForwardingEntry entry) {
        return entry.mac() + " on link #" + entry.linkIndex();
    }
}
