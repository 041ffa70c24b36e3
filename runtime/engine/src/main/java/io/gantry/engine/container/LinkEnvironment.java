package io.gantry.engine.container;

import io.gantry.engine.model.ContainerConfig;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The variables by which programs find a container that theirs is linked to, as Docker sets them. */
final class LinkEnvironment {
    private static final List<String> LEFT_OUT = List.of("HOME", "PATH");

    private final String prefix;
    private final String address;
    private final List<String> variables = new ArrayList<>();

    private LinkEnvironment(String alias, String address) {
        this.prefix = alias.toUpperCase(Locale.ROOT).replace('-', '_');
        this.address = address;
    }

    private record Port(int number, String protocol) {
        static Port parse(String text) {
            int slash = text.indexOf('/');
            return slash < 0
                    ? new Port(Integer.parseInt(text), "tcp")
                    : new Port(Integer.parseInt(text.substring(0, slash)), text.substring(slash + 1));
        }

        boolean follows(Port other) {
            return number == other.number + 1 && protocol.equals(other.protocol);
        }
    }

    /**
     * The variables.
     *
     * @param container the name of the container that has the link
     * @param address the other's
     * @param config the other's
     */
    static List<String> of(String container, String alias, String address, ContainerConfig config) {
        LinkEnvironment environment = new LinkEnvironment(alias, address);
        environment.ports(config.exposedPorts().keySet().stream()
                .filter(port -> !port.contains("-"))
                .map(Port::parse)
                .sorted(Comparator.comparing((Port port) -> !port.protocol().equals("tcp"))
                        .thenComparing(Port::protocol)
                        .thenComparing(Port::number))
                .toList());
        environment.add("NAME", "/" + container + "/" + alias);
        for (String pair : config.env()) {
            int equals = pair.indexOf('=');
            if (equals > 0 && !LEFT_OUT.contains(pair.substring(0, equals))) {
                environment.add("ENV_" + pair.substring(0, equals), pair.substring(equals + 1));
            }
        }
        return environment.variables;
    }

    private void ports(List<Port> ports) {
        for (int start = 0; start < ports.size(); ) {
            int end = start;
            while (end + 1 < ports.size() && ports.get(end + 1).follows(ports.get(end))) {
                end++;
            }
            if (start == 0) {
                add("PORT", url(ports.get(0)));
            }
            ports.subList(start, end + 1).forEach(this::port);
            if (end > start) {
                range(ports.get(start), ports.get(end));
            }
            start = end + 1;
        }
    }

    private void port(Port port) {
        String name = name(port);
        add(name, url(port));
        add(name + "_ADDR", address);
        add(name + "_PORT", Integer.toString(port.number()));
        add(name + "_PROTO", port.protocol());
    }

    private void range(Port first, Port last) {
        String name = name(first);
        add(name + "_START", url(first));
        add(name + "_PORT_START", Integer.toString(first.number()));
        add(name + "_END", url(last));
        add(name + "_PORT_END", Integer.toString(last.number()));
    }

    private static String name(Port port) {
        return "PORT_" + port.number() + "_" + port.protocol().toUpperCase(Locale.ROOT);
    }

    private String url(Port port) {
        return port.protocol() + "://" + address + ":" + port.number();
    }

    private void add(String name, String value) {
        variables.add(prefix + "_" + name + "=" + value);
    }
}
