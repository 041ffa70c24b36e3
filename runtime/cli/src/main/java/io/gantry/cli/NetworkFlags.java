package io.gantry.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Names, addresses, networks and ports of {@code run} and {@code create}. */
final class NetworkFlags {
    private NetworkFlags() {}

    static void add(Invocation flags, Map<String, Object> config, Map<String, Object> host) {
        List<String> networks = new ArrayList<>(flags.list("network"));
        networks.addAll(flags.list("net"));
        Map<String, Map<String, Object>> endpoints = new LinkedHashMap<>();
        String mode = "";
        for (String network : networks) {
            Map<String, Object> endpoint = new LinkedHashMap<>();
            String name = endpoint(network, endpoint);
            if (endpoints.putIfAbsent(name, endpoint) != null) {
                throw new UsageException("network \"" + name + "\" is specified multiple times");
            }
            mode = mode.isEmpty() ? name : mode;
        }
        String first = mode.isEmpty() ? "default" : mode;
        endpoints.putIfAbsent(first, new LinkedHashMap<>());
        single(flags, endpoints.get(first), networks.size());
        host.put("NetworkMode", first);
        Map<String, Object> named = new LinkedHashMap<>();
        for (Map.Entry<String, Map<String, Object>> entry : endpoints.entrySet()) {
            String name = entry.getKey();
            Map<String, Object> settings = entry.getValue();
            boolean userDefined =
                    !List.of("default", "bridge", "host", "none").contains(name) && !name.startsWith("container:");
            if (!settings.isEmpty() || userDefined || endpoints.size() > 1) {
                named.put(name, settings);
            }
        }
        host.put("NetworkingConfig", Map.of("EndpointsConfig", named));
        host.put("Links", flags.list("link"));
        host.put("Dns", flags.list("dns"));
        List<String> options = new ArrayList<>(flags.list("dns-option"));
        options.addAll(flags.list("dns-opt"));
        host.put("DnsOptions", options);
        host.put("DnsSearch", flags.list("dns-search"));
        List<String> hosts = new ArrayList<>();
        for (String line : flags.list("add-host")) {
            hosts.add(hostLine(line));
        }
        host.put("ExtraHosts", hosts);
        PortFlags.add(flags, config, host);
    }

    /** {@code name:ip} or {@code name=ip}, brackets around an IPv6 address dropped. */
    private static String hostLine(String text) {
        int split = text.indexOf('=') >= 0 ? text.indexOf('=') : text.indexOf(':');
        if (split <= 0) {
            throw new UsageException.OfFlag(text, "--add-host", "bad format for add-host: \"" + text + "\"");
        }
        String address = text.substring(split + 1);
        boolean bracketed = address.startsWith("[") && address.endsWith("]");
        return text.substring(0, split) + ":" + (bracketed ? address.substring(1, address.length() - 1) : address);
    }

    /** The short form is a name; the long one is {@code name=…,alias=…,ip=…}. */
    private static String endpoint(String text, Map<String, Object> endpoint) {
        if (text.indexOf('=') < 0) {
            return text;
        }
        String name = "";
        List<String> aliases = new ArrayList<>();
        Map<String, String> ipam = new LinkedHashMap<>();
        Map<String, String> options = new LinkedHashMap<>();
        for (String field : MountFlags.csv(text)) {
            int equals = field.indexOf('=');
            String key = equals < 0 ? field : field.substring(0, equals);
            String value = equals < 0 ? "" : field.substring(equals + 1);
            switch (key) {
                case "name" -> name = value;
                case "alias" -> aliases.add(value);
                case "ip" -> ipam.put("IPv4Address", value);
                case "ip6" -> ipam.put("IPv6Address", value);
                case "mac-address" -> endpoint.put("MacAddress", value);
                case "gw-priority" -> endpoint.put("GwPriority", Long.parseLong(value));
                case "driver-opt" -> options.putAll(ContainerSpec.pairs(List.of(value)));
                default -> throw new UsageException.OfFlag(text, "--network", "invalid field key " + key);
            }
        }
        if (name.isEmpty()) {
            throw new UsageException.OfFlag(text, "--network", "network name/id is not specified");
        }
        put(endpoint, "Aliases", aliases, aliases.isEmpty());
        put(endpoint, "IPAMConfig", ipam, ipam.isEmpty());
        put(endpoint, "DriverOpts", options, options.isEmpty());
        return name;
    }

    /** The flags that speak of the one network given, {@code --ip} and its like. */
    private static void single(Invocation flags, Map<String, Object> endpoint, int networks) {
        List<String> aliases = new ArrayList<>(flags.list("network-alias"));
        aliases.addAll(flags.list("net-alias"));
        Map<String, Object> ipam = new LinkedHashMap<>();
        put(ipam, "IPv4Address", flags.text("ip"), !flags.given("ip"));
        put(ipam, "IPv6Address", flags.text("ip6"), !flags.given("ip6"));
        put(ipam, "LinkLocalIPs", flags.list("link-local-ip"), !flags.given("link-local-ip"));
        boolean any = !aliases.isEmpty() || !ipam.isEmpty() || flags.given("mac-address");
        if (any && networks > 0 && !endpoint.isEmpty()) {
            throw new UsageException(
                    "conflicting options: give addresses, aliases and links either in --network or in flags of their own, not in both");
        }
        put(endpoint, "Aliases", aliases, aliases.isEmpty());
        put(endpoint, "IPAMConfig", ipam, ipam.isEmpty());
        put(endpoint, "MacAddress", flags.text("mac-address"), !flags.given("mac-address"));
    }

    private static void put(Map<String, ? super Object> target, String key, Object value, boolean absent) {
        if (!absent) {
            target.put(key, value);
        }
    }
}
