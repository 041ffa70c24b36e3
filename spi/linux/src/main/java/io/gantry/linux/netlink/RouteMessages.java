package io.gantry.linux.netlink;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalInt;

/** RTM_*ROUTE messages: struct rtmsg and RTA_* attributes. */
final class RouteMessages {

    private static final int RTMSG = 12;
    private static final int RTNEXTHOP = 8;

    private RouteMessages() {}

    static NetlinkRequest add(Route route) {
        return change(Rtnl.NLM_F_CREATE | Rtnl.NLM_F_EXCL, "add route ", route);
    }

    static NetlinkRequest replace(Route route) {
        return change(Rtnl.NLM_F_CREATE | Rtnl.NLM_F_REPLACE, "replace route ", route);
    }

    static NetlinkRequest delete(Route route) {
        // Scope "nowhere", protocol 0 and type 0 match any: only what identifies a route decides.
        int type = route.type() == Route.Type.UNICAST ? 0 : route.type().value;
        MessageWriter out = message(Rtnl.RTM_DELROUTE, 0, route, Rtnl.RT_SCOPE_NOWHERE, 0, type);
        return new NetlinkRequest("RTM_DELROUTE", "delete route " + route, out);
    }

    static NetlinkRequest list(boolean ipv6) {
        MessageWriter out = new MessageWriter(Rtnl.RTM_GETROUTE, Rtnl.NLM_F_DUMP);
        out.u8(ipv6 ? Rtnl.AF_INET6 : Rtnl.AF_INET).u8(0).u8(0).u8(0);
        out.u8(0).u8(0).u8(0).u8(0).u32(0);
        return new NetlinkRequest("RTM_GETROUTE", "list routes", out);
    }

    static NetlinkRequest query(InetAddress destination) {
        Cidr host = Cidr.host(destination);
        MessageWriter out = new MessageWriter(Rtnl.RTM_GETROUTE, 0);
        out.u8(host.isIpv6() ? Rtnl.AF_INET6 : Rtnl.AF_INET)
                .u8(host.prefixLength())
                .u8(0)
                .u8(0);
        out.u8(0).u8(0).u8(0).u8(0).u32(0).address(Rtnl.RTA_DST, destination);
        return new NetlinkRequest("RTM_GETROUTE", "route to " + AddressText.format(destination), out);
    }

    static Optional<Route> read(NetlinkMessage message) {
        ByteBuffer fixed = message.payload();
        if (message.type() != Rtnl.RTM_NEWROUTE || fixed.limit() < RTMSG) {
            return Optional.empty();
        }
        int family = Byte.toUnsignedInt(fixed.get(0));
        if (family != Rtnl.AF_INET && family != Rtnl.AF_INET6) {
            return Optional.empty();
        }
        Attributes attributes = message.attributesAfter(RTMSG);
        Cidr any = family == Rtnl.AF_INET6 ? Cidr.ANY_IPV6 : Cidr.ANY_IPV4;
        Optional<ByteBuffer> hop = attributes.raw(Rtnl.RTA_MULTIPATH).filter(value -> value.remaining() >= RTNEXTHOP);
        Optional<Attributes> hopAttributes = hop.map(RouteMessages::hopAttributes);
        int flags = fixed.getInt(8)
                | hop.map(value -> Byte.toUnsignedInt(value.get(2))).orElse(0);
        return Optional.of(new Route(
                attributes
                        .address(Rtnl.RTA_DST)
                        .map(address -> new Cidr(address, Byte.toUnsignedInt(fixed.get(1))))
                        .orElse(any),
                attributes.address(Rtnl.RTA_GATEWAY).or(() -> hopAttributes.flatMap(a -> a.address(Rtnl.RTA_GATEWAY))),
                hop.isPresent() ? OptionalInt.of(hop.get().getInt(4)) : attributes.u32(Rtnl.RTA_OIF),
                attributes.address(Rtnl.RTA_PREFSRC),
                attributes.u32(Rtnl.RTA_PRIORITY),
                attributes.u32(Rtnl.RTA_TABLE).orElse(Byte.toUnsignedInt(fixed.get(4))),
                AddressScope.of(Byte.toUnsignedInt(fixed.get(6))),
                Route.Type.of(Byte.toUnsignedInt(fixed.get(7))),
                Byte.toUnsignedInt(fixed.get(5)),
                (flags & Rtnl.RTNH_F_ONLINK) != 0));
    }

    private static Attributes hopAttributes(ByteBuffer hops) {
        int length = Math.min(Short.toUnsignedInt(hops.getShort(0)), hops.limit());
        return new Attributes(hops.slice(RTNEXTHOP, Math.max(0, length - RTNEXTHOP)));
    }

    private static NetlinkRequest change(int flags, String verb, Route route) {
        int scope = route.isIpv6() ? AddressScope.UNIVERSE.value : route.scope().value;
        MessageWriter out = message(Rtnl.RTM_NEWROUTE, flags, route, scope, route.protocol(), route.type().value);
        return new NetlinkRequest("RTM_NEWROUTE", verb + route, out);
    }

    private static MessageWriter message(int messageType, int flags, Route route, int scope, int protocol, int type) {
        Cidr destination = route.destination();
        MessageWriter out = new MessageWriter(messageType, flags);
        out.u8(destination.isIpv6() ? Rtnl.AF_INET6 : Rtnl.AF_INET)
                .u8(destination.prefixLength())
                .u8(0)
                .u8(0);
        // Tables above 255 do not fit here; the attribute below is what counts.
        out.u8(route.table() < 256 ? route.table() : 0).u8(protocol).u8(scope).u8(type);
        out.u32(route.onlink() ? Rtnl.RTNH_F_ONLINK : 0).u32(Rtnl.RTA_TABLE, route.table());
        if (!route.isDefault()) {
            out.address(Rtnl.RTA_DST, destination.network().address());
        }
        route.gateway().ifPresent(gateway -> out.address(Rtnl.RTA_GATEWAY, sameFamily(route, gateway)));
        route.linkIndex().ifPresent(index -> out.u32(Rtnl.RTA_OIF, index));
        route.source().ifPresent(source -> out.address(Rtnl.RTA_PREFSRC, sameFamily(route, source)));
        route.metric().ifPresent(metric -> out.u32(Rtnl.RTA_PRIORITY, metric));
        return out;
    }

    private static InetAddress sameFamily(Route route, InetAddress address) {
        if (route.isIpv6() != address instanceof Inet6Address) {
            throw new IllegalArgumentException("route " + route + " mixes IPv4 and IPv6");
        }
        return address;
    }
}
