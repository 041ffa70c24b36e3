package io.gantry.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** {@code --publish [address:][hostPort[-end]]:containerPort[-end][/protocol]} and {@code --expose port[-end][/protocol]}. */
final class PortFlags {
    private static final List<String> PROTOCOLS = List.of("tcp", "udp", "sctp");

    private PortFlags() {}

    /** A first and last port; 0 alone means "any free one". */
    private record Range(int first, int last) {
        int size() {
            return last - first + 1;
        }
    }

    /** Adds {@code ExposedPorts} to the configuration and {@code PortBindings} to the host's part. */
    static void add(Invocation flags, Map<String, Object> config, Map<String, Object> host) {
        Map<String, List<Map<String, String>>> bindings = new LinkedHashMap<>();
        Set<String> exposed = new LinkedHashSet<>();
        for (String publish : flags.list("publish")) {
            publish(publish, bindings);
        }
        exposed.addAll(bindings.keySet());
        for (String expose : flags.list("expose")) {
            if (expose.indexOf(':') >= 0) {
                throw new UsageException("invalid port format for --expose: " + expose);
            }
            int slash = expose.indexOf('/');
            Range range;
            try {
                range = range(port(expose));
            } catch (IllegalArgumentException e) {
                throw new UsageException("invalid range format for --expose: " + expose + ", error: " + e.getMessage());
            }
            for (int port = range.first(); port <= range.last(); port++) {
                exposed.add(port + "/"
                        + (slash < 0 ? "tcp" : expose.substring(slash + 1).toLowerCase(Locale.ROOT)));
            }
        }
        Map<String, Object> ports = new LinkedHashMap<>();
        for (String port : exposed) {
            ports.put(port, Map.of());
        }
        config.put("ExposedPorts", ports);
        host.put("PortBindings", bindings);
        host.put("PublishAllPorts", flags.on("publish-all"));
    }

    private static void publish(String typed, Map<String, List<Map<String, String>>> bindings) {
        String text = typed.indexOf('=') >= 0 ? fields(typed) : typed;
        String protocol = protocol(text);
        String rest = port(text);
        int last = rest.lastIndexOf(':');
        String container = rest.substring(last + 1);
        String before = last < 0 ? "" : rest.substring(0, last);
        boolean bracketed = before.endsWith("]");
        int split = bracketed ? before.length() : before.lastIndexOf(':');
        String hostPort = bracketed ? "" : before.substring(split + 1);
        String address = split < 0 ? "" : before.substring(0, split);
        if (address.startsWith("[") && address.endsWith("]")) {
            address = address.substring(1, address.length() - 1);
        }
        if (!address.isEmpty() && IpAddress.parse(address).isEmpty()) {
            throw new UsageException("invalid IP address: " + address);
        }
        if (container.isEmpty()) {
            throw new UsageException("no port specified: " + text + "<empty>");
        }
        Range inside = named(container, "containerPort");
        boolean free = hostPort.isEmpty();
        Range outside = free ? new Range(0, 0) : named(hostPort, "hostPort");
        if (!free && outside.size() != inside.size() && inside.size() != 1) {
            throw new UsageException(
                    "invalid ranges specified for container and host Ports: " + container + " and " + hostPort);
        }
        if (!PROTOCOLS.contains(protocol)) {
            throw new UsageException("invalid proto: " + protocol);
        }
        for (int i = 0; i < inside.size(); i++) {
            String published = free ? "" : Integer.toString(outside.first() + i);
            if (!free && inside.size() == 1 && outside.size() > 1) {
                published = outside.first() + "-" + outside.last();
            }
            String key = (inside.first() + i) + "/" + protocol;
            bindings.putIfAbsent(key, new ArrayList<>());
            bindings.get(key).add(new LinkedHashMap<>(Map.of("HostIp", address, "HostPort", published)));
        }
    }

    /** The long form, {@code target=80,published=8080,protocol=tcp}, as the short one; other keys say nothing here. */
    private static String fields(String text) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("protocol", "tcp");
        for (String field : text.split(",", -1)) {
            String[] pair = field.split("=", -1);
            if (pair.length < 2) {
                throw new UsageException("invalid publish opts format (should be name=value but got '" + field + "')");
            }
            fields.put(pair[0], pair[1]);
        }
        return fields.getOrDefault("published", "") + ":" + fields.getOrDefault("target", "") + "/"
                + fields.get("protocol");
    }

    private static String port(String text) {
        int slash = text.indexOf('/');
        return slash < 0 ? text : text.substring(0, slash);
    }

    private static String protocol(String text) {
        int slash = text.indexOf('/');
        String protocol = slash < 0 ? "" : text.substring(slash + 1).toLowerCase(Locale.ROOT);
        return protocol.isEmpty() ? "tcp" : protocol;
    }

    private static Range named(String text, String what) {
        try {
            return range(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException("invalid " + what + ": " + text);
        }
    }

    private static Range range(String text) {
        int dash = text.indexOf('-');
        long first = GoInteger.port(dash < 0 ? text : text.substring(0, dash));
        long last = dash < 0 ? first : GoInteger.port(text.substring(dash + 1));
        if (last < first) {
            throw new IllegalArgumentException("invalid range specified for port: " + text);
        }
        return new Range((int) first, (int) last);
    }
}
