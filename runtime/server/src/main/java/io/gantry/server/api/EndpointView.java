package io.gantry.server.api;

import io.gantry.engine.Container;
import io.gantry.engine.EndpointState;
import io.gantry.engine.model.PortBinding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The network side of a container. */
final class EndpointView {
    private static final List<String> PREDEFINED = List.of("bridge", "host", "none");

    private EndpointView() {}

    /** {@code NetworkSettings} of an inspected container. */
    static View settings(Container container) {
        boolean running = container.state().isUp();
        Optional<EndpointState> bridge = container.endpoints().stream()
                .filter(endpoint -> endpoint.networkName().equals("bridge"))
                .findFirst();
        return new View()
                .put("Bridge", "")
                .put("SandboxID", container.sandboxKey().isEmpty() ? "" : container.id())
                .put("SandboxKey", container.sandboxKey())
                .put("Ports", running ? ports(container) : Map.of())
                .put("HairpinMode", false)
                .put("LinkLocalIPv6Address", "")
                .put("LinkLocalIPv6PrefixLen", 0)
                .putNull("SecondaryIPAddresses")
                .putNull("SecondaryIPv6Addresses")
                .put("EndpointID", bridge.map(EndpointState::endpointId).orElse(""))
                .put("Gateway", bridge.map(EndpointState::gateway).orElse(""))
                .put(
                        "GlobalIPv6Address",
                        bridge.map(EndpointState::globalIpv6Address).orElse(""))
                .put(
                        "GlobalIPv6PrefixLen",
                        bridge.map(EndpointState::globalIpv6PrefixLen).orElse(0))
                .put("IPAddress", bridge.map(EndpointState::ipAddress).orElse(""))
                .put("IPPrefixLen", bridge.map(EndpointState::ipPrefixLen).orElse(0))
                .put("IPv6Gateway", bridge.map(EndpointState::ipv6Gateway).orElse(""))
                .put("MacAddress", bridge.map(EndpointState::macAddress).orElse(""))
                .put("Networks", networks(container));
    }

    /** The endpoints by the name of their network. */
    static Map<String, View> networks(Container container) {
        Map<String, View> networks = new LinkedHashMap<>();
        container.endpoints().forEach(endpoint -> networks.put(endpoint.networkName(), endpoint(endpoint)));
        return networks;
    }

    private static View endpoint(EndpointState endpoint) {
        boolean predefined = PREDEFINED.contains(endpoint.networkName());
        List<String> links = endpoint.settings().links();
        List<String> aliases = endpoint.settings().aliases();
        String mac = endpoint.macAddress().isEmpty() ? endpoint.settings().macAddress() : endpoint.macAddress();
        return new View()
                .put("IPAMConfig", endpoint.settings().ipamConfig())
                .put("Links", Optional.of(links).filter(list -> !list.isEmpty()))
                .put("Aliases", Optional.of(aliases).filter(list -> !list.isEmpty()))
                .put("MacAddress", mac)
                .put("DriverOpts", Optional.of(endpoint.settings().driverOpts()).filter(map -> !map.isEmpty()))
                .put("GwPriority", endpoint.settings().gwPriority())
                .put("NetworkID", endpoint.networkId())
                .put("EndpointID", endpoint.endpointId())
                .put("Gateway", endpoint.gateway())
                .put("IPAddress", endpoint.ipAddress())
                .put("IPPrefixLen", endpoint.ipPrefixLen())
                .put("IPv6Gateway", endpoint.ipv6Gateway())
                .put("GlobalIPv6Address", endpoint.globalIpv6Address())
                .put("GlobalIPv6PrefixLen", endpoint.globalIpv6PrefixLen())
                .put("DNSNames", Optional.of(endpoint.dnsNames()).filter(names -> !predefined && !names.isEmpty()));
    }

    /** Published ports by {@code 80/tcp}; {@code null} for those that are only exposed. */
    private static Map<String, Object> ports(Container container) {
        Map<String, Object> ports = new LinkedHashMap<>();
        container
                .ports()
                .forEach((port, bindings) -> ports.put(
                        port,
                        Optional.of(bindings.stream().map(EndpointView::binding).toList())
                                .filter(list -> !list.isEmpty())));
        return ports;
    }

    private static View binding(PortBinding binding) {
        return new View().put("HostIp", binding.hostIp()).put("HostPort", binding.hostPort());
    }

    /** {@code Ports} of a listed container. */
    static List<View> portList(Container container) {
        List<View> list = new ArrayList<>();
        if (container.state().isUp()) {
            container.ports().forEach((port, bindings) -> add(list, port, bindings));
        }
        return list;
    }

    private static void add(List<View> list, String port, List<PortBinding> bindings) {
        int slash = port.indexOf('/');
        int number = Integer.parseInt(slash < 0 ? port : port.substring(0, slash));
        String protocol = slash < 0 ? "tcp" : port.substring(slash + 1);
        if (bindings.isEmpty()) {
            list.add(new View().put("PrivatePort", number).put("Type", protocol));
        }
        for (PortBinding binding : bindings) {
            View view = new View();
            view.putIf(!binding.hostIp().isEmpty(), "IP", binding.hostIp());
            view.put("PrivatePort", number);
            if (binding.hostPort().matches("\\d+")) {
                view.put("PublicPort", Integer.parseInt(binding.hostPort()));
            }
            list.add(view.put("Type", protocol));
        }
    }
}
