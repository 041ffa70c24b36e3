package io.gantry.server.serve;

import com.fasterxml.jackson.databind.JsonNode;
import io.gantry.server.serve.ServedNetwork.Endpoint;
import io.gantry.server.serve.ServedNetwork.Pool;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Problem;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.PortMapping;
import io.gantry.spi.network.PortMapping.Protocol;
import java.io.Closeable;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the requests of Docker's remote protocol. */
final class RemoteRequest {
    private static final String GENERIC = "com.docker.network.generic";
    private static final String INTERNAL = "com.docker.network.internal";
    private static final String PORTS = "com.docker.network.portmap";

    private RemoteRequest() {}

    static String networkId(JsonNode request) {
        return id(request, "NetworkID");
    }

    static String endpointId(JsonNode request) {
        return id(request, "EndpointID");
    }

    static ServedNetwork network(JsonNode request) {
        JsonNode options = request.path("Options");
        List<Pool> pools = new ArrayList<>();
        for (String family : List.of("IPv4Data", "IPv6Data")) {
            request.path(family).forEach(pool -> pools.add(pool(pool)));
        }
        return new ServedNetwork(
                networkId(request),
                texts(options.path(GENERIC)),
                pools,
                options.path(INTERNAL).asBoolean(false),
                Map.of());
    }

    /** Of the options those that the driver declares; Docker sends its own along, for whoever can use them. */
    static Endpoint endpoint(JsonNode request, List<OptionSpec> specs) {
        JsonNode face = request.path("Interface");
        Set<String> known = specs.stream()
                .filter(spec -> spec.scope() == OptionSpec.Scope.ENDPOINT)
                .map(OptionSpec::key)
                .collect(Collectors.toSet());
        Map<String, String> options = texts(request.path("Options"));
        options.keySet().removeIf(key -> !known.contains(key) && !known.contains(OptionSpec.ANY));
        return new Endpoint(
                networkId(request),
                endpointId(request),
                face.path("Address").asText(""),
                face.path("AddressIPv6").asText(""),
                face.path("MacAddress").asText(""),
                options,
                "",
                Map.of(),
                false,
                List.of());
    }

    /** What is to be published, each port by itself. Where Docker leaves the host's port open, the first free one is taken. */
    static List<PortMapping> ports(JsonNode request, boolean ipv6) {
        List<PortMapping> mappings = new ArrayList<>();
        for (JsonNode port : request.path("Options").path(PORTS)) {
            Protocol protocol = protocol(port.path("Proto").asInt());
            String host = port.path("HostIP").asText("");
            int first = port.path("HostPort").asInt(0);
            int last = Math.max(first, port.path("HostPortEnd").asInt(0));
            List<String> addresses =
                    !host.isEmpty() ? List.of(host) : ipv6 ? List.of("0.0.0.0", "::") : List.of("0.0.0.0");
            int chosen = first == last && first != 0
                    ? first
                    : free(protocol, Cidr.parseAddress(addresses.get(0)), first, last);
            for (String address : addresses) {
                mappings.add(new PortMapping(
                        protocol,
                        Cidr.parseAddress(address),
                        chosen,
                        port.path("Port").asInt(),
                        1));
            }
        }
        return mappings;
    }

    static String text(JsonNode request, String field) {
        return Optional.ofNullable(request.get(field))
                .filter(JsonNode::isTextual)
                .map(JsonNode::asText)
                .filter(text -> !text.isEmpty())
                .orElseThrow(() -> new InvalidArgumentException(Problem.of("read the request", "it has no " + field)));
    }

    private static String id(JsonNode request, String field) {
        String id = text(request, field);
        if (!id.matches("[a-zA-Z0-9]{12,128}")) {
            throw new InvalidArgumentException(
                    Problem.of("read the request", "its " + field + " is not 12 to 128 letters and digits"));
        }
        return id;
    }

    private static Pool pool(JsonNode pool) {
        return new Pool(text(pool, "Pool"), pool.path("Gateway").asText(""), texts(pool.path("AuxAddresses")));
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new LinkedHashMap<>();
        object.properties().forEach(member -> {
            if (member.getValue().isValueNode()) {
                texts.put(member.getKey(), member.getValue().asText(""));
            }
        });
        return texts;
    }

    private static Protocol protocol(int number) {
        return switch (number) {
            case 6 -> Protocol.TCP;
            case 17 -> Protocol.UDP;
            case 132 -> Protocol.SCTP;
            default ->
                throw new InvalidArgumentException(
                        Problem.of("publish a port", "its protocol has the number " + number));
        };
    }

    private static int free(Protocol protocol, InetAddress address, int first, int last) {
        for (int port = first; port <= last; port++) {
            try (Closeable socket = bound(protocol, new InetSocketAddress(address, port))) {
                return socket instanceof ServerSocket tcp
                        ? tcp.getLocalPort()
                        : ((DatagramSocket) socket).getLocalPort();
            } catch (IOException e) {
                System.getLogger(RemoteRequest.class.getName()).log(System.Logger.Level.TRACE, "in use", e);
            }
        }
        throw new IoFailureException(Problem.of(
                "publish a port on " + address.getHostAddress(), "ports " + first + " to " + last + " are all in use"));
    }

    private static Closeable bound(Protocol protocol, InetSocketAddress address) throws IOException {
        if (protocol == Protocol.UDP) {
            return new DatagramSocket(address);
        }
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(address);
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
