package io.gantry.linux.netlink;

import io.gantry.linux.Fd;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/** RTM_*LINK messages: struct ifinfomsg and IFLA_* attributes. */
final class LinkMessages {

    private static final int IFINFOMSG = 16;
    private static final int CREATE = Rtnl.NLM_F_CREATE | Rtnl.NLM_F_EXCL;
    private static final String NEW = "RTM_NEWLINK";

    private LinkMessages() {}

    static NetlinkRequest createVeth(VethSpec spec) {
        VethSpec.Peer peer = spec.peer();
        MessageWriter out = message(Rtnl.RTM_NEWLINK, CREATE, 0, spec.up());
        writeDevice(out, spec.name(), spec.mac(), spec.mtu(), Optional.empty());
        spec.master().ifPresent(master -> out.u32(Rtnl.IFLA_MASTER, master));
        writeKind(
                out,
                "veth",
                () -> out.nested(Rtnl.VETH_INFO_PEER, () -> {
                    writeIfinfo(out, 0, 0, 0);
                    writeDevice(out, peer.name(), peer.mac(), peer.mtu(), peer.netns());
                }));
        return new NetlinkRequest(NEW, "create veth " + spec.name() + " with peer " + peer.name(), out);
    }

    static NetlinkRequest createBridge(BridgeSpec spec) {
        MessageWriter out = message(Rtnl.RTM_NEWLINK, CREATE, 0, spec.up());
        // Without the MTU: set now it would count as the default that follows the ports, and setting it again as no
        // change.
        writeDevice(out, spec.name(), spec.mac(), OptionalInt.empty(), Optional.empty());
        writeBridge(out, spec.settings());
        return new NetlinkRequest(NEW, "create bridge " + spec.name(), out);
    }

    static NetlinkRequest createMacvlan(MacvlanSpec spec) {
        MessageWriter out = message(Rtnl.RTM_NEWLINK, CREATE, 0, false);
        writeDevice(out, spec.name(), spec.mac(), spec.mtu(), spec.netns());
        out.u32(Rtnl.IFLA_LINK, spec.parent());
        writeKind(out, "macvlan", () -> out.u32(Rtnl.IFLA_MACVLAN_MODE, spec.mode().value));
        return new NetlinkRequest(NEW, "create macvlan " + spec.name() + " on parent #" + spec.parent(), out);
    }

    static NetlinkRequest createIpvlan(IpvlanSpec spec) {
        MessageWriter out = message(Rtnl.RTM_NEWLINK, CREATE, 0, false);
        writeDevice(out, spec.name(), Optional.empty(), spec.mtu(), spec.netns());
        out.u32(Rtnl.IFLA_LINK, spec.parent());
        writeKind(out, "ipvlan", () -> {
            out.u16(Rtnl.IFLA_IPVLAN_MODE, spec.mode().value);
            out.u16(Rtnl.IFLA_IPVLAN_FLAGS, spec.flag().value);
        });
        return new NetlinkRequest(NEW, "create ipvlan " + spec.name() + " on parent #" + spec.parent(), out);
    }

    static NetlinkRequest createVlan(VlanSpec spec) {
        MessageWriter out = message(Rtnl.RTM_NEWLINK, CREATE, 0, false);
        writeDevice(out, spec.name(), Optional.empty(), OptionalInt.empty(), Optional.empty());
        out.u32(Rtnl.IFLA_LINK, spec.parent());
        writeKind(out, "vlan", () -> out.u16(Rtnl.IFLA_VLAN_ID, spec.id()));
        return new NetlinkRequest(
                NEW, "create vlan " + spec.name() + " with id " + spec.id() + " on parent #" + spec.parent(), out);
    }

    static NetlinkRequest createDummy(String name) {
        MessageWriter out = message(Rtnl.RTM_NEWLINK, CREATE, 0, false);
        writeDevice(out, InterfaceName.require(name), Optional.empty(), OptionalInt.empty(), Optional.empty());
        writeKind(out, "dummy", () -> {});
        return new NetlinkRequest(NEW, "create dummy " + name, out);
    }

    static NetlinkRequest change(LinkChange change) {
        MessageWriter out = new MessageWriter(Rtnl.RTM_NEWLINK, 0);
        writeIfinfo(out, change.index(), change.flags(), change.flagsMask());
        if (!change.name().isEmpty()) {
            out.string(Rtnl.IFLA_IFNAME, change.name());
        }
        change.writeTo(out);
        return new NetlinkRequest(NEW, "change link " + change, out);
    }

    static NetlinkRequest delete(int index) {
        // Index 0 without a name would be refused, but a caller's mistake deserves a clearer word.
        if (index <= 0) {
            throw new IllegalArgumentException("an interface index is positive, not " + index);
        }
        return new NetlinkRequest("RTM_DELLINK", "delete link #" + index, message(Rtnl.RTM_DELLINK, 0, index, false));
    }

    static NetlinkRequest delete(String name) {
        MessageWriter out = message(Rtnl.RTM_DELLINK, 0, 0, false);
        out.string(Rtnl.IFLA_IFNAME, InterfaceName.require(name));
        return new NetlinkRequest("RTM_DELLINK", "delete link " + name, out);
    }

    static NetlinkRequest query(int index) {
        return new NetlinkRequest("RTM_GETLINK", "link #" + index, message(Rtnl.RTM_GETLINK, 0, index, false));
    }

    static NetlinkRequest query(String name) {
        MessageWriter out = message(Rtnl.RTM_GETLINK, 0, 0, false);
        out.string(Rtnl.IFLA_IFNAME, InterfaceName.require(name));
        return new NetlinkRequest("RTM_GETLINK", "link " + name, out);
    }

    static NetlinkRequest list() {
        MessageWriter out = message(Rtnl.RTM_GETLINK, Rtnl.NLM_F_DUMP, 0, false);
        return new NetlinkRequest("RTM_GETLINK", "list links", out);
    }

    static Optional<Link> read(NetlinkMessage message) {
        if (message.type() != Rtnl.RTM_NEWLINK || message.payload().limit() < IFINFOMSG) {
            return Optional.empty();
        }
        Attributes attributes = message.attributesAfter(IFINFOMSG);
        Optional<Attributes> info = attributes.nested(Rtnl.IFLA_LINKINFO);
        Optional<String> kind = info.flatMap(nest -> nest.string(Rtnl.IFLA_INFO_KIND));
        Optional<Attributes> data = info.flatMap(nest -> nest.nested(Rtnl.IFLA_INFO_DATA));
        Optional<String> portKind = info.flatMap(nest -> nest.string(Rtnl.IFLA_INFO_SLAVE_KIND));
        Optional<Attributes> portData = info.flatMap(nest -> nest.nested(Rtnl.IFLA_INFO_SLAVE_DATA));
        return Optional.of(new Link(
                message.payload().getInt(4),
                attributes.string(Rtnl.IFLA_IFNAME).orElse(""),
                kind,
                attributes.u32(Rtnl.IFLA_MASTER),
                attributes.u32(Rtnl.IFLA_LINK),
                attributes.u32(Rtnl.IFLA_LINK_NETNSID),
                attributes.mac(Rtnl.IFLA_ADDRESS),
                attributes.u32(Rtnl.IFLA_MTU).orElse(0),
                message.payload().getInt(8),
                attributes.u8(Rtnl.IFLA_OPERSTATE).orElse(0),
                attributes.string(Rtnl.IFLA_IFALIAS),
                attributes.raw(Rtnl.IFLA_STATS64).map(LinkMessages::readStats).orElse(LinkStats.NONE),
                data.filter(nest -> kind.filter("bridge"::equals).isPresent()).map(LinkMessages::readBridge),
                portData.filter(nest -> portKind.filter("bridge"::equals).isPresent())
                        .map(LinkMessages::readPort),
                data.filter(nest -> kind.filter("macvlan"::equals).isPresent())
                        .flatMap(nest ->
                                MacvlanMode.of(nest.u32(Rtnl.IFLA_MACVLAN_MODE).orElse(0))),
                data.filter(nest -> kind.filter("ipvlan"::equals).isPresent())
                        .flatMap(nest ->
                                IpvlanMode.of(nest.u16(Rtnl.IFLA_IPVLAN_MODE).orElse(-1))),
                kind.filter("vlan"::equals)
                        .flatMap(is -> data)
                        .map(nest -> nest.u16(Rtnl.IFLA_VLAN_ID))
                        .orElse(OptionalInt.empty())));
    }

    static void writeBridge(MessageWriter out, BridgeSettings settings) {
        writeKind(out, "bridge", () -> {
            settings.stp().ifPresent(on -> out.u32(Rtnl.IFLA_BR_STP_STATE, on ? 1 : 0));
            settings.ageing().ifPresent(time -> out.u32(Rtnl.IFLA_BR_AGEING_TIME, clockTicks(time)));
            settings.forwardDelay().ifPresent(time -> out.u32(Rtnl.IFLA_BR_FORWARD_DELAY, clockTicks(time)));
            settings.multicastSnooping().ifPresent(on -> out.flag(Rtnl.IFLA_BR_MCAST_SNOOPING, on));
        });
    }

    static void writePort(MessageWriter out, BridgePort port) {
        out.nested(Rtnl.IFLA_LINKINFO, () -> {
            out.string(Rtnl.IFLA_INFO_SLAVE_KIND, "bridge");
            out.nested(Rtnl.IFLA_INFO_SLAVE_DATA, () -> {
                port.hairpin().ifPresent(on -> out.flag(Rtnl.IFLA_BRPORT_MODE, on));
                port.isolated().ifPresent(on -> out.flag(Rtnl.IFLA_BRPORT_ISOLATED, on));
                port.learning().ifPresent(on -> out.flag(Rtnl.IFLA_BRPORT_LEARNING, on));
                port.flood().ifPresent(on -> out.flag(Rtnl.IFLA_BRPORT_UNICAST_FLOOD, on));
            });
        });
    }

    private static MessageWriter message(int type, int flags, int index, boolean up) {
        MessageWriter out = new MessageWriter(type, flags);
        writeIfinfo(out, index, flags(up), flags(up));
        return out;
    }

    private static int flags(boolean up) {
        return up ? Link.IFF_UP : 0;
    }

    private static void writeIfinfo(MessageWriter out, int index, int flags, int mask) {
        out.u8(Rtnl.AF_UNSPEC).u8(0).u16(0).u32(index).u32(flags).u32(mask);
    }

    private static void writeDevice(
            MessageWriter out, String name, Optional<MacAddress> mac, OptionalInt mtu, Optional<Fd> netns) {
        out.string(Rtnl.IFLA_IFNAME, name);
        mac.ifPresent(address -> out.mac(Rtnl.IFLA_ADDRESS, address));
        mtu.ifPresent(bytes -> out.u32(Rtnl.IFLA_MTU, bytes));
        netns.ifPresent(fd -> out.u32(Rtnl.IFLA_NET_NS_FD, fd.value()));
    }

    private static void writeKind(MessageWriter out, String kind, Runnable data) {
        out.nested(Rtnl.IFLA_LINKINFO, () -> {
            out.string(Rtnl.IFLA_INFO_KIND, kind);
            out.nested(Rtnl.IFLA_INFO_DATA, data);
        });
    }

    /** USER_HZ, which is 100 on every architecture that Java runs on. */
    private static int clockTicks(Duration time) {
        return Math.toIntExact(time.toMillis() / 10);
    }

    private static Optional<Duration> duration(OptionalInt ticks) {
        return ticks.isPresent()
                ? Optional.of(Duration.ofMillis(Integer.toUnsignedLong(ticks.getAsInt()) * 10))
                : Optional.empty();
    }

    private static BridgeSettings readBridge(Attributes data) {
        OptionalInt stp = data.u32(Rtnl.IFLA_BR_STP_STATE);
        return new BridgeSettings(
                stp.isPresent() ? Optional.of(stp.getAsInt() != 0) : Optional.empty(),
                duration(data.u32(Rtnl.IFLA_BR_AGEING_TIME)),
                duration(data.u32(Rtnl.IFLA_BR_FORWARD_DELAY)),
                data.flag(Rtnl.IFLA_BR_MCAST_SNOOPING));
    }

    private static BridgePort readPort(Attributes data) {
        return new BridgePort(
                data.flag(Rtnl.IFLA_BRPORT_MODE),
                data.flag(Rtnl.IFLA_BRPORT_ISOLATED),
                data.flag(Rtnl.IFLA_BRPORT_LEARNING),
                data.flag(Rtnl.IFLA_BRPORT_UNICAST_FLOOD));
    }

    private static LinkStats readStats(ByteBuffer stats) {
        if (stats.remaining() < 64) {
            return LinkStats.NONE;
        }
        return new LinkStats(
                stats.getLong(0),
                stats.getLong(8),
                stats.getLong(16),
                stats.getLong(24),
                stats.getLong(32),
                stats.getLong(40),
                stats.getLong(48),
                stats.getLong(56));
    }
}
