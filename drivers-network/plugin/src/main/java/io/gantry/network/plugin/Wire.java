package io.gantry.network.plugin;

import io.gantry.network.plugin.PluginException.Kind;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.MacAddress;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.PoolData;
import io.gantry.spi.network.PortMapping;
import io.gantry.spi.network.Route;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** The requests and answers of {@code NetworkDriver}. */
final class Wire {
    private static final Pattern INTERFACE = Pattern.compile("[^/\\s:]{1,15}");
    private static final Pattern PREFIX = Pattern.compile("[^/\\s:]{1,13}");
    private static final long NEXT_HOP = 0;
    private static final long CONNECTED = 1;

    private Wire() {}

    static Map<String, Object> ids(String networkId) {
        return Map.of("NetworkID", networkId);
    }

    static Map<String, Object> ids(String networkId, String endpointId) {
        return Map.of("NetworkID", networkId, "EndpointID", endpointId);
    }

    static Map<String, Object> network(NetworkSpec spec) {
        Map<String, Object> options = new LinkedHashMap<>();
        List<Object> ipv4 = pools(spec, false);
        List<Object> ipv6 = pools(spec, true);
        options.put("com.docker.network.enable_ipv4", !ipv4.isEmpty());
        options.put("com.docker.network.enable_ipv6", !ipv6.isEmpty());
        options.put("com.docker.network.generic", spec.options().given());
        if (spec.internal()) {
            options.put("com.docker.network.internal", true);
        }
        return Map.of("NetworkID", spec.id(), "Options", options, "IPv4Data", ipv4, "IPv6Data", ipv6);
    }

    static Map<String, Object> endpoint(EndpointSpec spec) {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("Address", spec.ipv4().map(Cidr::toString).orElse(""));
        given.put("AddressIPv6", spec.ipv6().map(Cidr::toString).orElse(""));
        given.put("MacAddress", spec.mac().map(MacAddress::value).orElse(""));
        return Map.of(
                "NetworkID",
                spec.networkId(),
                "EndpointID",
                spec.endpointId(),
                "Interface",
                given,
                "Options",
                spec.options().given());
    }

    static Map<String, Object> join(String networkId, String endpointId, String sandbox) {
        return Map.of("NetworkID", networkId, "EndpointID", endpointId, "SandboxKey", sandbox, "Options", Map.of());
    }

    static Map<String, Object> ports(String networkId, String endpointId, List<PortMapping> mappings) {
        List<Object> bindings = new ArrayList<>();
        List<Object> exposed = new ArrayList<>();
        for (PortMapping mapping : mappings) {
            int protocol = number(mapping.protocol());
            for (int i = 0; i < mapping.count(); i++) {
                Map<String, Object> binding = new LinkedHashMap<>();
                binding.put("Proto", protocol);
                binding.put("IP", "");
                binding.put("Port", mapping.containerPort() + i);
                binding.put("HostIP", mapping.hostAddress().getHostAddress());
                binding.put("HostPort", mapping.hostPort() + i);
                binding.put("HostPortEnd", mapping.hostPort() + i);
                bindings.add(binding);
                exposed.add(Map.of("Proto", protocol, "Port", mapping.containerPort() + i));
            }
        }
        return Map.of(
                "NetworkID",
                networkId,
                "EndpointID",
                endpointId,
                "Options",
                Map.of("com.docker.network.portmap", bindings, "com.docker.network.endpoint.exposedports", exposed));
    }

    /** The plug-in may add what the engine left open, and change nothing. */
    static EndpointPlan plan(EndpointSpec spec, Answer answer) throws PluginException {
        Optional<Answer> made = answer.object("Interface").filter(one -> !one.isEmpty());
        if (made.isEmpty()) {
            return new EndpointPlan(spec.mac(), Map.of());
        }
        Optional<MacAddress> mac = added(made.get(), "MacAddress", MacAddress::new, spec.mac(), "MAC address");
        Optional<Cidr> ipv4 = added(made.get(), "Address", Cidr::parse, spec.ipv4(), "address");
        Optional<Cidr> ipv6 = added(made.get(), "AddressIPv6", Cidr::parse, spec.ipv6(), "IPv6 address");
        if (ipv4.map(Cidr::isIpv6).orElse(false) || !ipv6.map(Cidr::isIpv6).orElse(true)) {
            throw bad("CreateEndpoint gave an address of the wrong family");
        }
        return new EndpointPlan(mac.or(spec::mac), ipv4, ipv6, Map.of());
    }

    static Attachment attachment(Answer answer) throws PluginException {
        Optional<InetAddress> gateway4 = answer.parsed("Gateway", Cidr::parseAddress);
        Optional<InetAddress> gateway6 = answer.parsed("GatewayIPv6", Cidr::parseAddress);
        if (gateway4.map(one -> one.getAddress().length != 4).orElse(false)
                || gateway6.map(one -> one.getAddress().length != 16).orElse(false)) {
            throw bad("Join gave a gateway of the wrong family");
        }
        List<Route> routes = new ArrayList<>();
        for (Answer route : answer.objects("StaticRoutes")) {
            routes.add(route(route));
        }
        Attachment.Layer3 layer3 = new Attachment.Layer3(gateway4, gateway6, routes, Map.of());
        Optional<Answer> name = answer.object("InterfaceName").filter(one -> !one.isEmpty());
        if (name.isEmpty() || name.get().text("SrcName").isEmpty()) {
            return new Attachment.InPlace(List.of(), layer3);
        }
        return new Attachment.MoveInterface(
                checked(name.get(), "SrcName", INTERFACE).orElseThrow(),
                checked(name.get(), "DstPrefix", PREFIX).orElse("eth"),
                checked(name.get(), "DstName", INTERFACE),
                layer3);
    }

    private static Route route(Answer route) throws PluginException {
        Cidr destination = route.parsed("Destination", Cidr::parse)
                .orElseThrow(() -> bad("Join gave a static route without a destination"));
        long type = route.number("RouteType").orElse(NEXT_HOP);
        Optional<InetAddress> nextHop = route.parsed("NextHop", Cidr::parseAddress);
        if (type != NEXT_HOP && type != CONNECTED) {
            throw bad("Join gave a static route of type " + type);
        }
        if ((type == NEXT_HOP) != nextHop.isPresent()) {
            throw bad("Join gave a static route to " + destination + " of type " + type
                    + (nextHop.isPresent() ? " with" : " without") + " a next hop");
        }
        if (nextHop.map(hop -> (hop.getAddress().length == 16) != destination.isIpv6())
                .orElse(false)) {
            throw bad("Join gave a static route to " + destination + " by a next hop of the other family");
        }
        return new Route(destination, nextHop);
    }

    private static <T> Optional<T> added(
            Answer made, String name, Function<String, T> parser, Optional<T> given, String what)
            throws PluginException {
        Optional<T> told = made.parsed(name, parser);
        if (told.isPresent() && given.isPresent()) {
            throw bad("driver modified interface " + what + ": " + given.get()
                    + " was given and cannot be modified with " + told.get());
        }
        return told;
    }

    private static Optional<String> checked(Answer answer, String name, Pattern form) throws PluginException {
        Optional<String> text = answer.text(name);
        if (text.isPresent()
                && (!form.matcher(text.get()).matches() || text.get().startsWith("."))) {
            throw bad("Join gave a " + name + " that no interface can have: \"" + shortened(text.get()) + "\"");
        }
        return text;
    }

    private static List<Object> pools(NetworkSpec spec, boolean ipv6) {
        return spec.pools().stream()
                .filter(pool -> pool.subnet().isIpv6() == ipv6)
                .map(Wire::pool)
                .toList();
    }

    private static Object pool(PoolData pool) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("AddressSpace", "LocalDefault");
        data.put("Pool", pool.subnet().toString());
        pool.gateway().ifPresent(gateway -> data.put("Gateway", gateway.toString()));
        Map<String, Object> auxiliary = new LinkedHashMap<>();
        pool.auxiliary()
                .forEach((name, address) ->
                        auxiliary.put(name, new Cidr(address, pool.subnet().prefixLength()).toString()));
        data.put("AuxAddresses", auxiliary);
        return data;
    }

    private static int number(PortMapping.Protocol protocol) {
        return switch (protocol) {
            case TCP -> 6;
            case UDP -> 17;
            case SCTP -> 132;
        };
    }

    private static String shortened(String text) {
        return text.length() > 40 ? text.substring(0, 40) + "…" : text;
    }

    private static PluginException bad(String why) {
        return new PluginException(Kind.BAD_ANSWER, why);
    }
}
