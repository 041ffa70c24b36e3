package io.gantry.server.serve;

import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.MacAddress;
import io.gantry.spi.network.PoolData;
import io.gantry.spi.network.PortMapping;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A network of another engine, as it is kept.
 *
 * @param id the other engine's
 * @param options what its user gave
 * @param pools its subnets
 * @param internal nothing leaves or enters
 * @param state what the driver wants back
 */
record ServedNetwork(
        String id, Map<String, String> options, List<Pool> pools, boolean internal, Map<String, String> state) {

    /** A subnet: texts, the gateway empty if there is none. */
    record Pool(String subnet, String gateway, Map<String, String> auxiliary) {
        PoolData data() {
            Map<String, InetAddress> addresses = new LinkedHashMap<>();
            auxiliary.forEach((name, text) -> addresses.put(name, Cidr.parseAddress(text.replaceFirst("/.*", ""))));
            return new PoolData(Cidr.parse(subnet).network(), optional(gateway).map(Cidr::parse), addresses);
        }
    }

    /**
     * An endpoint; texts are empty where there is nothing.
     *
     * @param mac what the other engine chose
     * @param madeMac what the driver made
     * @param attached whether it was joined and not left
     */
    record Endpoint(
            String networkId,
            String id,
            String ipv4,
            String ipv6,
            String mac,
            Map<String, String> options,
            String madeMac,
            Map<String, String> state,
            boolean attached,
            List<Port> ports) {
        EndpointPlan plan() {
            return new EndpointPlan(optional(madeMac).map(MacAddress::new), state);
        }

        Endpoint attached(boolean now) {
            return new Endpoint(networkId, id, ipv4, ipv6, mac, options, madeMac, state, now, ports);
        }

        Endpoint publishing(List<PortMapping> mappings) {
            return new Endpoint(
                    networkId,
                    id,
                    ipv4,
                    ipv6,
                    mac,
                    options,
                    madeMac,
                    state,
                    attached,
                    mappings.stream().map(Port::of).toList());
        }
    }

    /** A published port. */
    record Port(String protocol, String hostAddress, int hostPort, int containerPort) {
        static Port of(PortMapping mapping) {
            return new Port(
                    mapping.protocol().name(),
                    mapping.hostAddress().getHostAddress(),
                    mapping.hostPort(),
                    mapping.containerPort());
        }

        PortMapping mapping() {
            return new PortMapping(
                    PortMapping.Protocol.valueOf(protocol), Cidr.parseAddress(hostAddress), hostPort, containerPort, 1);
        }
    }

    static Optional<String> optional(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
