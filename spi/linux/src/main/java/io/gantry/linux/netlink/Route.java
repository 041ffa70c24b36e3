package io.gantry.linux.netlink;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An IPv4 or IPv6 route. Of a multipath route the first hop is shown.
 *
 * @param destination network reached; {@link Cidr#ANY_IPV4} or {@link Cidr#ANY_IPV6} for a default route
 * @param gateway     next hop; absent when the destination is on the link itself
 * @param linkIndex   outgoing interface
 * @param source      preferred source address
 * @param metric      priority, lower wins; absent leaves the kernel's default (0 for IPv4, 1024 for IPv6)
 * @param table       routing table; {@link #MAIN_TABLE} unless said otherwise
 * @param scope       how far the destination is; IPv6 has no use for it
 * @param type        what happens to a packet that matches
 * @param protocol    who made it ({@code RTPROT_*}): 2 kernel, 3 boot, 4 static
 * @param onlink      treat the gateway as reachable on the link even if no route says so
 */
public record Route(
        Cidr destination,
        Optional<InetAddress> gateway,
        OptionalInt linkIndex,
        Optional<InetAddress> source,
        OptionalInt metric,
        int table,
        AddressScope scope,
        Type type,
        int protocol,
        boolean onlink) {

    /** The table that {@code ip route} shows. */
    public static final int MAIN_TABLE = 254;

    private static final int STATIC = 4;

    /** The fate of packets that match a route (enum in rtnetlink.h, {@code RTN_*}). */
    public enum Type {
        UNSPECIFIED(0),
        UNICAST(1),
        LOCAL(2),
        BROADCAST(3),
        ANYCAST(4),
        MULTICAST(5),
        BLACKHOLE(6),
        UNREACHABLE(7),
        PROHIBIT(8),
        THROW(9);

        final int value;

        Type(int value) {
            this.value = value;
        }

        static Type of(int value) {
            return Arrays.stream(values())
                    .filter(type -> type.value == value)
                    .findFirst()
                    .orElse(UNSPECIFIED);
        }
    }

    public static Route defaultVia(InetAddress gateway, int linkIndex) {
        return via(Cidr.any(gateway), gateway, linkIndex);
    }

    public static Route via(Cidr destination, InetAddress gateway, int linkIndex) {
        return of(destination, Optional.of(gateway), OptionalInt.of(linkIndex), AddressScope.UNIVERSE, Type.UNICAST);
    }

    /** The destination is on the link itself; {@link Cidr#ANY_IPV4} makes a default route without gateway. */
    public static Route connected(Cidr destination, int linkIndex) {
        return of(destination, Optional.empty(), OptionalInt.of(linkIndex), AddressScope.LINK, Type.UNICAST);
    }

    /** Packets are dropped silently. */
    public static Route blackhole(Cidr destination) {
        return of(destination, Optional.empty(), OptionalInt.empty(), AddressScope.UNIVERSE, Type.BLACKHOLE);
    }

    private static Route of(
            Cidr destination, Optional<InetAddress> gateway, OptionalInt link, AddressScope scope, Type type) {
        return new Route(
                destination.network(),
                gateway,
                link,
                Optional.empty(),
                OptionalInt.empty(),
                MAIN_TABLE,
                scope,
                type,
                STATIC,
                false);
    }

    public Route withMetric(int value) {
        return new Route(
                destination, gateway, linkIndex, source, OptionalInt.of(value), table, scope, type, protocol, onlink);
    }

    public Route withSource(InetAddress address) {
        return new Route(
                destination, gateway, linkIndex, Optional.of(address), metric, table, scope, type, protocol, onlink);
    }

    public Route withTable(int number) {
        return new Route(destination, gateway, linkIndex, source, metric, number, scope, type, protocol, onlink);
    }

    public Route withOnlink() {
        return new Route(destination, gateway, linkIndex, source, metric, table, scope, type, protocol, true);
    }

    public boolean isIpv6() {
        return destination.isIpv6();
    }

    public boolean isDefault() {
        return destination.prefixLength() == 0;
    }

    /** As {@code ip route} would show its main parts. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(isDefault() ? "default" : destination.toString());
        gateway.ifPresent(address -> text.append(" via ").append(AddressText.format(address)));
        linkIndex.ifPresent(index -> text.append(" dev #").append(index));
        source.ifPresent(address -> text.append(" src ").append(AddressText.format(address)));
        metric.ifPresent(value -> text.append(" metric ").append(value));
        if (type != Type.UNICAST) {
            text.insert(0, type.name().toLowerCase(Locale.ROOT) + " ");
        }
        if (table != MAIN_TABLE) {
            text.append(" table ").append(table);
        }
        return onlink ? text.append(" onlink").toString() : text.toString();
    }
}
