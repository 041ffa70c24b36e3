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
        body.put("EnableIPv6", flags.on("ipv6"));
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
        Map<String, Map<String, Object>> pools = new LinkedHashMap<>();
        for (String subnet : flags.list("subnet")) {
            if (prefix(subnet).isEmpty()) {
                throw new UsageException("invalid CIDR address: " + subnet);
            }
            pools.put(subnet, new LinkedHashMap<>(Map.of("Subnet", subnet)));
        }
        if (pools.isEmpty() && (flags.given("gateway") || flags.given("ip-range") || flags.given("aux-address"))) {
            throw new UsageException("every ip-range or gateway must have a corresponding subnet");
        }
        for (String range : flags.list("ip-range")) {
            pool(pools, range, "no matching subnet for range " + range).put("IPRange", range);
        }
        for (String gateway : flags.list("gateway")) {
            pool(pools, gateway, "no matching subnet for gateway " + gateway).put("Gateway", gateway);
        }
        Map<String, String> reserved = ContainerSpec.pairs(flags.list("aux-address"));
        reserved.forEach((name, address) -> {
            Map<String, Object> pool = pool(pools, address, "no matching subnet for aux-address " + address);
            Map<String, Object> addresses = new LinkedHashMap<>();
            if (pool.get("AuxiliaryAddresses") instanceof Map<?, ?> before) {
                before.forEach((key, value) -> addresses.put((String) key, value));
            }
            addresses.put(name, address);
            pool.put("AuxiliaryAddresses", addresses);
        });
        return new ArrayList<>(pools.values());
    }

    private static Map<String, Object> pool(Map<String, Map<String, Object>> pools, String address, String problem) {
        byte[] wanted = Prefix.bytes(address).orElseThrow(() -> new UsageException("invalid address: " + address));
        for (Map.Entry<String, Map<String, Object>> pool : pools.entrySet()) {
            if (prefix(pool.getKey()).orElseThrow().contains(wanted)) {
                return pool.getValue();
            }
        }
        throw new UsageException(problem);
    }

    private static Optional<Prefix> prefix(String text) {
        return Prefix.parse(text);
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
