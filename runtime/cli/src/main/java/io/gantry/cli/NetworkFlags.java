package io.gantry.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Names, addresses, networks and ports of {@code run} and {@code create}. */
final class NetworkFlags {
    private NetworkFlags() {}

    /** What {@code --network} says of one network. */
    record Attachment(String network, List<String> aliases, Map<String, Object> ipam, Map<String, Object> settings) {
        static Attachment of(String network) {
            return new Attachment(network, new ArrayList<>(), new LinkedHashMap<>(), new LinkedHashMap<>());
        }

        boolean userDefined() {
            return switch (network) {
                case "default", "bridge", "host", "none" -> false;
                default -> !network.startsWith("container:");
            };
        }

        Map<String, Object> endpoint() {
            Map<String, Object> endpoint = new LinkedHashMap<>(settings);
            if (!aliases.isEmpty()) {
                endpoint.put("Aliases", aliases);
            }
            if (!ipam.isEmpty()) {
                endpoint.put("IPAMConfig", ipam);
            }
            return endpoint;
        }
    }

    static void add(Invocation flags, Map<String, Object> config, Map<String, Object> host) {
        if (flags.given("mac-address")
                && !hardwareAddress(flags.text("mac-address").trim())) {
            throw new UsageException(flags.text("mac-address") + " is not a valid mac address");
        }
        PortFlags.add(flags, config, host);
        host.put("Links", flags.list("link"));
        host.put("Dns", addresses(flags.list("dns")));
        host.put("DnsOptions", flags.list("dns-option"));
        List<String> domains = new ArrayList<>();
        for (String domain : flags.list("dns-search")) {
            domains.add(FlagValues.domain(domain));
        }
        host.put("DnsSearch", domains);
        List<String> hosts = new ArrayList<>();
        for (String line : flags.list("add-host")) {
            hosts.add(hostLine(line));
        }
        host.put("ExtraHosts", hosts);
        networks(flags, host);
    }

    private static List<String> addresses(List<String> texts) {
        List<String> addresses = new ArrayList<>();
        for (String text : texts) {
            addresses.add(FlagValues.address(text));
        }
        return addresses;
    }

    private static void networks(Invocation flags, Map<String, Object> host) {
        List<Attachment> attachments = new ArrayList<>();
        for (String network : flags.list("network")) {
            attachments.add(attachment(network));
        }
        if (attachments.isEmpty()) {
            attachments.add(Attachment.of("default"));
        }
        single(flags, attachments.get(0));
        Map<String, Object> endpoints = new LinkedHashMap<>();
        boolean ownNetworks = false;
        boolean otherNetworks = false;
        for (Attachment each : attachments) {
            if (each.network().isBlank()) {
                throw new UsageException("no name set for network");
            }
            if (!each.userDefined() && !each.aliases().isEmpty()) {
                throw new UsageException("network-scoped aliases are only supported for user-defined networks");
            }
            if (each.settings().get("MacAddress") instanceof String mac && !hardwareAddress(mac)) {
                throw new UsageException(mac + " is not a valid mac address");
            }
            if (endpoints.putIfAbsent(each.network(), each.endpoint()) != null) {
                throw new UsageException("network " + GoQuote.quote(each.network()) + " is specified multiple times");
            }
            ownNetworks |= each.userDefined();
            otherNetworks |= !each.userDefined();
        }
        if (ownNetworks && otherNetworks) {
            throw new UsageException(
                    "conflicting options: cannot attach both user-defined and non-user-defined network-modes");
        }
        // a single network that nothing is said of is named by the mode alone
        if (attachments.size() == 1
                && flags.given("network")
                && attachments.get(0).endpoint().isEmpty()) {
            endpoints.clear();
        }
        host.put("NetworkMode", attachments.get(0).network());
        host.put("NetworkingConfig", Map.of("EndpointsConfig", endpoints));
    }

    /** {@code name:ip} or {@code name=ip}, brackets around an IPv6 address dropped. */
    static String hostLine(String text) {
        int split = text.indexOf('=') >= 0 ? text.indexOf('=') : text.indexOf(':');
        if (split <= 0) {
            throw new IllegalArgumentException("bad format for add-host: " + GoQuote.quote(text));
        }
        String address = text.substring(split + 1);
        boolean bracketed = address.length() > 2 && address.startsWith("[") && address.endsWith("]");
        String plain = bracketed ? address.substring(1, address.length() - 1) : address;
        if (!plain.equals("host-gateway") && IpAddress.parse(plain.trim()).isEmpty()) {
            throw new IllegalArgumentException("invalid IP address in add-host: " + GoQuote.quote(plain));
        }
        return text.substring(0, split) + ":" + plain;
    }

    /** The short form is a name; the long one is {@code name=…,alias=…,ip=…}. */
    static Attachment attachment(String text) {
        int sign = text.indexOf('=');
        if (sign <= 0 || sign == text.length() - 1) {
            return Attachment.of(text);
        }
        Optional<String> name = Optional.empty();
        Attachment attachment = Attachment.of("");
        for (String field : Csv.fields(text)) {
            int equals = field.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException("invalid field " + field);
            }
            String key = field.substring(0, equals).trim();
            String value = field.substring(equals + 1).trim();
            switch (key) {
                case "name" -> name = Optional.of(value);
                case "alias" -> attachment.aliases().add(value);
                case "ip" -> attachment.ipam().put("IPv4Address", value);
                case "ip6" -> attachment.ipam().put("IPv6Address", value);
                case "link-local-ip" -> append(attachment.ipam(), "LinkLocalIPs", value);
                case "mac-address" -> attachment.settings().put("MacAddress", value);
                case "gw-priority" -> attachment.settings().put("GwPriority", priority(value));
                case "driver-opt" -> driverOption(attachment.settings(), value);
                default -> throw new IllegalArgumentException("invalid field key " + key);
            }
        }
        if (name.orElse("").isEmpty()) {
            throw new IllegalArgumentException("network name/id is not specified");
        }
        return new Attachment(name.get(), attachment.aliases(), attachment.ipam(), attachment.settings());
    }

    private static long priority(String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("invalid gw-priority (" + value + "): invalid syntax", e);
        }
    }

    private static void driverOption(Map<String, Object> settings, String value) {
        int equals = value.indexOf('=');
        if (equals <= 0) {
            throw new IllegalArgumentException("invalid key value pair format in driver options");
        }
        Map<String, String> options = new LinkedHashMap<>();
        if (settings.get("DriverOpts") instanceof Map<?, ?> before) {
            for (Map.Entry<?, ?> entry : before.entrySet()) {
                options.put((String) entry.getKey(), (String) entry.getValue());
            }
        }
        options.put(
                value.substring(0, equals).trim(), value.substring(equals + 1).trim());
        settings.put("DriverOpts", options);
    }

    private static void append(Map<String, Object> target, String key, String value) {
        List<Object> values = new ArrayList<>();
        if (target.get(key) instanceof List<?> before) {
            values.addAll(before);
        }
        values.add(value);
        target.put(key, values);
    }

    /** The flags that speak of the first network, {@code --ip} and its like. */
    private static void single(Invocation flags, Attachment first) {
        conflict(flags, "network-alias", !first.aliases().isEmpty(), "alias");
        conflict(flags, "ip", first.ipam().containsKey("IPv4Address"), "IPv4 address");
        conflict(flags, "ip6", first.ipam().containsKey("IPv6Address"), "IPv6 address");
        conflict(flags, "mac-address", first.settings().containsKey("MacAddress"), "MAC address");
        conflict(flags, "link-local-ip", first.ipam().containsKey("LinkLocalIPs"), "link-local IP addresses");
        first.aliases().addAll(flags.list("network-alias"));
        if (flags.given("ip")) {
            first.ipam().put("IPv4Address", flags.text("ip"));
        }
        if (flags.given("ip6")) {
            first.ipam().put("IPv6Address", flags.text("ip6"));
        }
        if (flags.given("link-local-ip")) {
            first.ipam().put("LinkLocalIPs", flags.list("link-local-ip"));
        }
        if (flags.given("mac-address")) {
            first.settings().put("MacAddress", flags.text("mac-address").trim());
        }
        if (flags.given("link") && first.userDefined()) {
            first.settings().put("Links", flags.list("link"));
        }
    }

    private static void conflict(Invocation flags, String flag, boolean already, String what) {
        if (flags.given(flag) && already) {
            throw new UsageException("conflicting options: cannot specify both --" + flag + " and per-network " + what);
        }
    }

    /** Six, eight or twenty bytes, written with colons, dashes or dots (by twos). */
    private static boolean hardwareAddress(String text) {
        char separator = text.indexOf(':') >= 0 ? ':' : text.indexOf('-') >= 0 ? '-' : '.';
        int group = separator == '.' ? 4 : 2;
        int digits = 0;
        for (int i = 0; i < text.length(); i++) {
            boolean between = i % (group + 1) == group;
            if (between ? text.charAt(i) != separator : Character.digit(text.charAt(i), 16) < 0) {
                return false;
            }
            digits += between ? 0 : 1;
        }
        boolean whole = text.length() % (group + 1) == group;
        return whole && (digits == 12 || digits == 16 || digits == 40);
    }
}
