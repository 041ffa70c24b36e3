package io.gantry.firewall.nftables;

import io.gantry.spi.firewall.FilteredNetwork;
import io.gantry.spi.firewall.FilteredNetwork.DirectAccess;
import io.gantry.spi.firewall.FilteredNetwork.Family;
import io.gantry.spi.firewall.PublishedEndpoint;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.PortMapping;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which elements a network and an endpoint need. */
final class Elements {
    private Elements() {}

    static Set<Element> of(FilteredNetwork network) {
        Set<Element> elements = new LinkedHashSet<>();
        String bridge = quoted(network.interfaceName());
        elements.add(Element.of(Ruleset.BRIDGES, bridge));
        elements.add(new Element(
                Ruleset.BETWEEN,
                bridge + " . " + bridge,
                network.interContainer() ? Ruleset.ACCEPT : Ruleset.TRANSLATED_ONLY));
        if (network.internal()) {
            elements.add(new Element(Ruleset.LEAVING, bridge, Ruleset.DROP));
        }
        elements.add(new Element("entering4", bridge, entering(network, network.ipv4(), "4")));
        elements.add(new Element("entering6", bridge, entering(network, network.ipv6(), "6")));
        if (!network.internal()) {
            network.subnets().forEach(subnet -> elements.addAll(of(network, subnet)));
        }
        return elements;
    }

    private static Set<Element> of(FilteredNetwork network, Cidr subnet) {
        Set<Element> elements = new LinkedHashSet<>();
        Family family = subnet.isIpv6() ? network.ipv6() : network.ipv4();
        String digit = subnet.isIpv6() ? "6" : "4";
        String range = text(subnet.address()) + "/" + subnet.prefixLength();
        elements.add(Element.of("home" + digit, range + " . " + quoted(network.interfaceName())));
        if (family.masquerade()) {
            elements.add(family.sourceAddress()
                    .map(address -> new Element("source" + digit, range, text(address)))
                    .orElseGet(() -> Element.of("masquerade" + digit, range)));
        }
        return elements;
    }

    private static String entering(FilteredNetwork network, Family family, String digit) {
        if (network.internal()) {
            return Ruleset.DROP;
        }
        return switch (family.direct()) {
            case NONE -> Ruleset.TRANSLATED_ONLY;
            case PUBLISHED -> "goto published_only" + digit;
            case ALL -> Ruleset.ACCEPT;
        };
    }

    static Set<Element> of(FilteredNetwork network, PublishedEndpoint endpoint) {
        Set<Element> elements = new LinkedHashSet<>();
        if (network.internal()) {
            return elements;
        }
        for (PortMapping mapping : endpoint.mappings()) {
            boolean ipv6 = isIpv6(mapping.hostAddress());
            Optional<InetAddress> target = ipv6 ? endpoint.ipv6() : endpoint.ipv4();
            if (target.isPresent() && (ipv6 ? network.ipv6() : network.ipv4()).translatePorts()) {
                translate(elements, mapping, text(target.get()), ipv6 ? "6" : "4");
            }
        }
        if (network.ipv4().direct() == DirectAccess.PUBLISHED) {
            endpoint.ipv4().ifPresent(address -> open(elements, endpoint, address, false));
        }
        if (network.ipv6().direct() == DirectAccess.PUBLISHED) {
            endpoint.ipv6().ifPresent(address -> open(elements, endpoint, address, true));
        }
        return elements;
    }

    private static void translate(Set<Element> elements, PortMapping mapping, String target, String digit) {
        boolean anyAddress = mapping.hostAddress().isAnyLocalAddress();
        String key = (anyAddress ? "" : text(mapping.hostAddress()) + " . ") + protocol(mapping.protocol()) + " . ";
        String suffix = (anyAddress ? "_any" : "") + digit;
        if (mapping.count() > 1 && mapping.hostPort() == mapping.containerPort()) {
            String ports = mapping.hostPort() + "-" + (mapping.hostPort() + mapping.count() - 1);
            elements.add(new Element("publish_range" + suffix, key + ports, target));
            return;
        }
        for (int i = 0; i < mapping.count(); i++) {
            String value = target + " . " + (mapping.containerPort() + i);
            elements.add(new Element("publish" + suffix, key + (mapping.hostPort() + i), value));
        }
    }

    /** The container's own ports, as few ranges: several mappings may lead to one port, and ranges in a set must not overlap. */
    private static void open(Set<Element> elements, PublishedEndpoint endpoint, InetAddress address, boolean ipv6) {
        Map<PortMapping.Protocol, BitSet> ports = new EnumMap<>(PortMapping.Protocol.class);
        for (PortMapping mapping : endpoint.mappings()) {
            if (isIpv6(mapping.hostAddress()) == ipv6) {
                ports.computeIfAbsent(mapping.protocol(), protocol -> new BitSet())
                        .set(mapping.containerPort(), mapping.containerPort() + mapping.count());
            }
        }
        ports.forEach((protocol, set) -> {
            String key = text(address) + " . " + protocol(protocol) + " . ";
            for (int from = set.nextSetBit(0); from >= 0; from = set.nextSetBit(set.nextClearBit(from))) {
                int to = set.nextClearBit(from) - 1;
                elements.add(Element.of(ipv6 ? "open6" : "open4", key + (from == to ? from : from + "-" + to)));
            }
        });
    }

    /** By number, since names are known only where /etc/protocols is. */
    private static int protocol(PortMapping.Protocol protocol) {
        return switch (protocol) {
            case TCP -> 6;
            case UDP -> 17;
            case SCTP -> 132;
        };
    }

    private static boolean isIpv6(InetAddress address) {
        return address instanceof Inet6Address;
    }

    private static String text(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
    }

    private static String quoted(String name) {
        return '"' + name + '"';
    }
}
