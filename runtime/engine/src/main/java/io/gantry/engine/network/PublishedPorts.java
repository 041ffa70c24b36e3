package io.gantry.engine.network;

import io.gantry.engine.EngineException;
import io.gantry.engine.model.PortBinding;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.PortMapping;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the port bindings of a request and shows those that hold, both in Docker's form. */
public final class PublishedPorts {
    private PublishedPorts() {}

    /** Refuses bindings that can never be right, in Docker's words. */
    public static void check(Map<String, List<PortBinding>> bindings) {
        wanted(bindings);
    }

    /**
     * A port that is to be published.
     *
     * @param protocol the transport
     * @param containerPort the container's port
     * @param hostAddress an address, or empty for all
     * @param firstHostPort the first port that will do; 0 for any free one
     * @param lastHostPort the last port that will do
     */
    record Wanted(
            PortMapping.Protocol protocol,
            int containerPort,
            String hostAddress,
            int firstHostPort,
            int lastHostPort) {}

    /** What a request wants published. */
    static List<Wanted> wanted(Map<String, List<PortBinding>> bindings) {
        List<Wanted> wanted = new ArrayList<>();
        bindings.forEach((port, hosts) -> {
            PortMapping.Protocol protocol = protocol(port);
            int containerPort = number(port);
            for (PortBinding host : hosts == null ? List.<PortBinding>of() : hosts) {
                wanted.add(wanted(protocol, containerPort, host));
            }
        });
        wanted.sort(Comparator.comparing(Wanted::protocol)
                .thenComparing(Wanted::hostAddress)
                .thenComparingInt(Wanted::containerPort)
                .thenComparingInt(Wanted::firstHostPort));
        return wanted;
    }

    /** Joins ports that follow each other on both sides into runs. */
    static List<PortMapping> runs(List<PortMapping> ports) {
        List<PortMapping> runs = new ArrayList<>();
        for (PortMapping port : ports) {
            PortMapping last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
            if (last != null
                    && last.protocol() == port.protocol()
                    && last.hostAddress().equals(port.hostAddress())
                    && last.hostPort() + last.count() == port.hostPort()
                    && last.containerPort() + last.count() == port.containerPort()) {
                runs.set(
                        runs.size() - 1,
                        new PortMapping(
                                last.protocol(),
                                last.hostAddress(),
                                last.hostPort(),
                                last.containerPort(),
                                last.count() + port.count()));
            } else {
                runs.add(port);
            }
        }
        return runs;
    }

    /** What holds, by {@code 80/tcp}, for {@code inspect}. */
    static Map<String, List<PortBinding>> shown(List<PortMapping> mappings) {
        Map<String, List<PortBinding>> shown = new LinkedHashMap<>();
        for (PortMapping mapping : mappings) {
            for (int i = 0; i < mapping.count(); i++) {
                String key = mapping.containerPort() + i + "/"
                        + mapping.protocol().name().toLowerCase(Locale.ROOT);
                shown.computeIfAbsent(key, any -> new ArrayList<>())
                        .add(new PortBinding(
                                mapping.hostAddress().getHostAddress(), Integer.toString(mapping.hostPort() + i)));
            }
        }
        return shown;
    }

    private static Wanted wanted(PortMapping.Protocol protocol, int containerPort, PortBinding host) {
        if (!host.hostIp().isEmpty()) {
            try {
                Cidr.parseAddress(host.hostIp());
            } catch (IllegalArgumentException e) {
                throw new EngineException(EngineException.Kind.INVALID, "invalid IP address: " + host.hostIp(), e);
            }
        }
        if (host.hostPort().isEmpty()) {
            return new Wanted(protocol, containerPort, host.hostIp(), 0, 0);
        }
        String[] ends = host.hostPort().split("-", 2);
        int first = port(ends[0], host.hostPort());
        int last = ends.length == 2 ? port(ends[1], host.hostPort()) : first;
        if (last < first) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid port range: " + host.hostPort());
        }
        return new Wanted(protocol, containerPort, host.hostIp(), first, last);
    }

    static int number(String port) {
        int slash = port.indexOf('/');
        return port(slash < 0 ? port : port.substring(0, slash), port);
    }

    private static PortMapping.Protocol protocol(String port) {
        int slash = port.indexOf('/');
        String name = slash < 0 ? "tcp" : port.substring(slash + 1);
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "tcp" -> PortMapping.Protocol.TCP;
            case "udp" -> PortMapping.Protocol.UDP;
            case "sctp" -> PortMapping.Protocol.SCTP;
            default ->
                throw new EngineException(EngineException.Kind.INVALID, "invalid port specification: \"" + port + "\"");
        };
    }

    private static int port(String text, String whole) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid port specification: \"" + whole + "\"", e);
        }
        throw new EngineException(EngineException.Kind.INVALID, "invalid port specification: \"" + whole + "\"");
    }
}
