package io.gantry.firewall.nftables;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;
import java.util.function.Function;

/**
 * The text of our table. Its chains are fixed; see nft(8) for the language.
 *
 * <p>Notes on the rules:
 *
 * <ul>
 *   <li>A shifted range of ports cannot be one element: the kernel would send every port to the first. It is one element a port in
 *       {@code publish}; a range whose ports stay the same is one element in {@code publish_range}, which translates the address alone.
 *   <li>Loopback addresses are translated for the host itself, never for what arrives from outside. Our bridges let loopback addresses
 *       through ({@code route_localnet}), so what arrives on them for the host's own loopback addresses is dropped first of all.
 *   <li>A container that reaches a neighbour through the host's address must see the answer come back the same way, hence the masquerade of
 *       translated traffic that leaves by the bridge it came from.
 * </ul>
 */
final class Ruleset {
    static final String TABLE = "inet gantry";
    static final String BRIDGES = "bridges";
    static final String BETWEEN = "between";
    static final String LEAVING = "leaving";
    static final String TRANSLATED_ONLY = "goto translated_only";
    static final String DROP = "drop";
    static final String ACCEPT = "accept";

    private static final String FAMILY_SETS = """
                map publish@ { type ipv@_addr . inet_proto . inet_service : ipv@_addr . inet_service; }
                map publish_any@ { type inet_proto . inet_service : ipv@_addr . inet_service; }
                map publish_range@ { type ipv@_addr . inet_proto . inet_service : ipv@_addr; flags interval; }
                map publish_range_any@ { type inet_proto . inet_service : ipv@_addr; flags interval; }
                set open@ { type ipv@_addr . inet_proto . inet_service; flags interval; }
                set home@ { type ipv@_addr . ifname; flags interval; }
                set masquerade@ { type ipv@_addr; flags interval; }
                map source@ { type ipv@_addr : ipv@_addr; flags interval; }
                map entering@ { type ifname : verdict; }
            """;

    /** Protocols go by number: their names are known only where the package netbase has brought /etc/protocols. */
    private static final String CHAINS = """
                set bridges { type ifname; }
                map between { type ifname . ifname : verdict; }
                map leaving { type ifname : verdict; }

                chain translated_only {
                    ct status dnat accept
                    drop
                }
                chain published_only4 {
                    ct status dnat accept
                    meta l4proto 1 accept
                    ip daddr . meta l4proto . th dport @open4 accept
                    drop
                }
                chain published_only6 {
                    ct status dnat accept
                    meta l4proto 58 accept
                    ip6 daddr . meta l4proto . th dport @open6 accept
                    drop
                }
                chain forward {
                    type filter hook forward priority filter; policy accept;
                    ct state established,related accept
                    iifname . oifname vmap @between
                    iifname vmap @leaving
                    meta nfproto ipv4 oifname vmap @entering4
                    meta nfproto ipv6 oifname vmap @entering6
                }
                chain early {
                    type filter hook prerouting priority raw; policy accept;
                    ip daddr 127.0.0.0/8 iifname @bridges drop
                }
                chain translate {
                    dnat ip to ip daddr . meta l4proto . th dport map @publish4
                    meta nfproto ipv4 dnat ip to meta l4proto . th dport map @publish_any4
                    dnat ip to ip daddr . meta l4proto . th dport map @publish_range4
                    meta nfproto ipv4 dnat ip to meta l4proto . th dport map @publish_range_any4
                    dnat ip6 to ip6 daddr . meta l4proto . th dport map @publish6
                    meta nfproto ipv6 dnat ip6 to meta l4proto . th dport map @publish_any6
                    dnat ip6 to ip6 daddr . meta l4proto . th dport map @publish_range6
                    meta nfproto ipv6 dnat ip6 to meta l4proto . th dport map @publish_range_any6
                }
                chain prerouting {
                    type nat hook prerouting priority dstnat; policy accept;
                    ip daddr 127.0.0.0/8 return
                    ip6 daddr fe80::/10 return
                    fib daddr type local jump translate
                }
                chain output {
                    type nat hook output priority -100; policy accept;
                    ip6 daddr { ::1, fe80::/10 } return
                    fib daddr type local jump translate
                }
                chain postrouting {
                    type nat hook postrouting priority srcnat; policy accept;
                    ip saddr 127.0.0.0/8 oifname @bridges masquerade
                    ct status dnat ip saddr . oifname @home4 masquerade
                    ct status dnat ip6 saddr . oifname @home6 masquerade
                    ip saddr . oifname @home4 return
                    ip6 saddr . oifname @home6 return
                    snat ip to ip saddr map @source4
                    snat ip6 to ip6 saddr map @source6
                    ip saddr @masquerade4 masquerade
                    ip6 saddr @masquerade6 masquerade
                }
            """;

    private Ruleset() {}

    /** The batch that makes the table anew with exactly these elements, in place of whatever table of that name there is. */
    static String whole(Collection<Element> elements) {
        StringBuilder text = new StringBuilder();
        text.append("add table ").append(TABLE).append('\n');
        text.append("delete table ").append(TABLE).append('\n');
        text.append("table ").append(TABLE).append(" {\n");
        text.append(FAMILY_SETS.replace('@', '4')).append(FAMILY_SETS.replace('@', '6'));
        text.append(CHAINS).append("}\n");
        return text.append(adding(elements)).toString();
    }

    /** The batch that takes some elements away and then adds others. */
    static String change(Collection<Element> removed, Collection<Element> added) {
        return commands("delete", removed, Element::key) + adding(added);
    }

    private static String adding(Collection<Element> elements) {
        return commands("add", elements, Element::text);
    }

    private static String commands(String verb, Collection<Element> elements, Function<Element, String> form) {
        Map<String, StringJoiner> bySet = new LinkedHashMap<>();
        for (Element element : elements) {
            bySet.computeIfAbsent(element.set(), set -> new StringJoiner(", ")).add(form.apply(element));
        }
        StringBuilder text = new StringBuilder();
        bySet.forEach((set, list) -> text.append(verb)
                .append(" element ")
                .append(TABLE)
                .append(' ')
                .append(set)
                .append(" { ")
                .append(list)
                .append(" }\n"));
        return text.toString();
    }
}
