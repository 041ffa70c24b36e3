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
            Range range = range(port(expose), "--expose: " + expose);
            for (int port = range.first(); port <= range.last(); port++) {
                exposed.add(port + "/" + protocol(expose));
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

    private static void publish(String text, Map<String, List<Map<String, String>>> bindings) {
        String rest = text.indexOf('=') >= 0 ? fields(text) : text;
        String protocol = protocol(rest);
        rest = port(rest);
        int last = rest.lastIndexOf(':');
        String container = rest.substring(last + 1);
        String before = last < 0 ? "" : rest.substring(0, last);
        int split = before.lastIndexOf(':');
        boolean bracketed = before.endsWith("]");
        String hostPort = bracketed ? "" : before.substring(split + 1);
        String address = bracketed ? before : split < 0 ? "" : before.substring(0, split);
        if (address.startsWith("[") && address.endsWith("]")) {
            address = address.substring(1, address.length() - 1);
        } else if (address.indexOf(':') >= 0) {
            throw invalid(text, "invalid IP address: " + address);
        }
        if (!address.isEmpty() && !dotted(address) && address.indexOf(':') < 0) {
            throw invalid(text, "invalid IP address: " + address);
        }
        if (container.isEmpty()) {
            throw invalid(text, "no port specified: " + text + "<empty>");
        }
        Range inside = range(container, "containerPort: " + container);
        Range outside = hostPort.isEmpty() ? new Range(0, 0) : range(hostPort, "hostPort: " + hostPort);
        boolean free = hostPort.isEmpty();
        if (!free && outside.size() != inside.size() && inside.size() != 1) {
            throw invalid(
                    text, "invalid ranges specified for container and host Ports: " + container + " and " + hostPort);
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

    /** The long form, {@code target=80,published=8080,protocol=tcp}, as the short one. */
    private static String fields(String text) {
        String target = "";
        String published = "";
        String protocol = "tcp";
        for (String field : MountFlags.csv(text)) {
            String[] pair = field.split("=", 2);
            switch (pair[0]) {
                case "target" -> target = pair[1];
                case "published" -> published = pair[1];
                case "protocol" -> protocol = pair[1];
                case "mode" -> {
                    // "host" and "ingress" are the same outside a cluster
                }
                default -> throw invalid(text, "invalid field key " + pair[0]);
            }
        }
        return (published.isEmpty() ? "" : published + ":") + target + "/" + protocol;
    }

    private static boolean dotted(String address) {
        for (int i = 0; i < address.length(); i++) {
            if (address.charAt(i) != '.' && !Character.isDigit(address.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static String port(String text) {
        int slash = text.indexOf('/');
        return slash < 0 ? text : text.substring(0, slash);
    }

    private static String protocol(String text) {
        int slash = text.indexOf('/');
        String protocol = slash < 0 ? "tcp" : text.substring(slash + 1).toLowerCase(Locale.ROOT);
        if (!List.of("tcp", "udp", "sctp").contains(protocol)) {
            throw new UsageException("invalid proto: " + protocol);
        }
        return protocol;
    }

    private static Range range(String text, String what) {
        try {
            int dash = text.indexOf('-');
            int first = Integer.parseInt(dash < 0 ? text : text.substring(0, dash));
            int last = dash < 0 ? first : Integer.parseInt(text.substring(dash + 1));
            if (first >= 0 && last <= 65535 && first <= last) {
                return new Range(first, last);
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new UsageException("invalid " + what);
    }

    private static UsageException invalid(String text, String why) {
        return new UsageException.OfFlag(text, "-p, --publish", why);
    }
}
