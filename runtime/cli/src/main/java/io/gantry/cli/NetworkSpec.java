package io.gantry.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The body of {@code POST /networks/create}: gateways, ranges and reserved addresses find their subnet. */
final class NetworkSpec {
    private NetworkSpec() {}

    static Map<String, Object> of(Invocation flags) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("Name", flags.argument(0));
        body.put("Driver", flags.given("driver") ? flags.text("driver") : "bridge");
        body.put("Scope", flags.text("scope"));
        if (flags.given("ipv4")) {
            body.put("EnableIPv4", flags.on("ipv4"));
        }
        if (flags.given("ipv6")) {
            body.put("EnableIPv6", flags.on("ipv6"));
        }
        Map<String, Object> ipam = new LinkedHashMap<>();
        ipam.put("Driver", flags.given("ipam-driver") ? flags.text("ipam-driver") : "default");
        ipam.put("Options", ContainerSpec.pairs(flags.list("ipam-opt")));
        ipam.put("Config", pools(flags));
        body.put("IPAM", ipam);
        body.put("Internal", flags.on("internal"));
        body.put("Attachable", flags.on("attachable"));
        body.put("Ingress", flags.on("ingress"));
        body.put("ConfigOnly", flags.on("config-only"));
        if (flags.given("config-from")) {
            body.put("ConfigFrom", Map.of("Network", flags.text("config-from")));
        }
        body.put("Options", ContainerSpec.pairs(flags.list("opt")));
        body.put("Labels", ContainerSpec.pairs(flags.list("label")));
        return body;
    }

    private static List<Object> pools(Invocation flags) {
        List<String> subnets = separated(flags.list("subnet"));
        List<String> ranges = separated(flags.list("ip-range"));
        List<String> gateways = separated(flags.list("gateway"));
        if (subnets.size() < ranges.size() || subnets.size() < gateways.size()) {
            throw new UsageException("every ip-range or gateway must have a corresponding subnet");
        }
        Map<String, Map<String, Object>> pools = new LinkedHashMap<>();
        for (String subnet : subnets) {
            for (String other : pools.keySet()) {
                if (within(subnet, other) || within(other, subnet)) {
                    throw new UsageException("multiple overlapping subnet configuration is not supported");
                }
            }
            pools.put(subnet, new LinkedHashMap<>(Map.of("Subnet", subnet)));
        }
        for (String range : ranges) {
            put(pools, "IPRange", range, "range", "ranges", "on");
        }
        for (String gateway : gateways) {
            put(pools, "Gateway", gateway, "gateway", "gateways", "for");
        }
        ContainerSpec.pairs(flags.list("aux-address")).forEach((name, address) -> reserve(pools, name, address));
        return new ArrayList<>(pools.values());
    }

    private static List<String> separated(List<String> given) {
        List<String> values = new ArrayList<>();
        for (String each : given) {
            values.addAll(List.of(each.split(",")));
        }
        return values;
    }

    private static void put(
            Map<String, Map<String, Object>> pools, String key, String value, String one, String many, String where) {
        String subnet = subnetOf(pools, value)
                .orElseThrow(() -> new UsageException("no matching subnet for " + one + " " + value));
        Object before = pools.get(subnet).putIfAbsent(key, value);
        if (before != null) {
            throw new UsageException("cannot configure multiple " + many + " (" + value + ", " + before + ") " + where
                    + " the same subnet (" + subnet + ")");
        }
    }

    private static void reserve(Map<String, Map<String, Object>> pools, String name, String address) {
        String subnet = subnetOf(pools, address)
                .orElseThrow(() -> new UsageException("no matching subnet for aux-address " + address));
        Map<String, Object> addresses = new LinkedHashMap<>();
        if (pools.get(subnet).get("AuxiliaryAddresses") instanceof Map<?, ?> before) {
            before.forEach((key, value) -> addresses.put((String) key, value));
        }
        addresses.put(name, address);
        pools.get(subnet).put("AuxiliaryAddresses", addresses);
    }

    private static Optional<String> subnetOf(Map<String, Map<String, Object>> pools, String address) {
        for (String subnet : pools.keySet()) {
            if (within(subnet, address)) {
                return Optional.of(subnet);
            }
        }
        return Optional.empty();
    }

    /** Whether the network holds an address, or the first one of another network. */
    private static boolean within(String subnet, String address) {
        Prefix prefix = Prefix.parse(subnet)
                .orElseThrow(() -> new UsageException("invalid subnet: invalid CIDR address: " + subnet));
        if (address.indexOf('/') >= 0 && Prefix.parse(address).isEmpty()) {
            throw new UsageException("invalid CIDR address: " + address);
        }
        return Prefix.bytes(address).map(prefix::contains).orElse(false);
    }

    /** A network in CIDR notation. */
    record Prefix(List<Byte> address, int length) {
        static Optional<Prefix> parse(String text) {
            int slash = text.indexOf('/');
            if (slash < 0 || !text.substring(slash + 1).matches("\\d{1,3}")) {
                return Optional.empty();
            }
            return bytes(text).map(bytes -> {
                List<Byte> list = new ArrayList<>();
                for (byte b : bytes) {
                    list.add(b);
                }
                return new Prefix(List.copyOf(list), Integer.parseInt(text.substring(slash + 1)));
            });
        }

        /** The bytes of a literal address. */
        static Optional<byte[]> bytes(String text) {
            int slash = text.indexOf('/');
            return IpAddress.parse(slash < 0 ? text : text.substring(0, slash)).map(IpAddress::bytes);
        }

        boolean contains(byte[] other) {
            if (other.length != address.size() || length > other.length * 8) {
                return false;
            }
            for (int bit = 0; bit < length; bit++) {
                int mask = 0x80 >> bit % 8;
                if ((other[bit / 8] & mask) != (address.get(bit / 8) & mask)) {
                    return false;
                }
            }
            return true;
        }
    }
}
