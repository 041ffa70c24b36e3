package io.gantry.engine.network;

import io.gantry.engine.EngineException;
import io.gantry.engine.dns.DnsServer;
import io.gantry.engine.dns.Membership;
import io.gantry.engine.dns.NameTable;
import io.gantry.engine.model.EndpointSettings;
import io.gantry.spi.network.Cidr;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Keeps the name server in step with the endpoints that there are. */
final class SandboxNames {
    private final NetworkService networks;
    private final DnsServer dns;

    SandboxNames(NetworkService networks, DnsServer dns) {
        this.networks = networks;
        this.dns = dns;
    }

    /** The endpoint is found by its names from now on. */
    void joined(StoredEndpoint endpoint) {
        List<InetAddress> addresses = Stream.of(endpoint.ipv4(), endpoint.ipv6())
                .flatMap(text -> Addresses.optional(text).stream())
                .map(text -> Cidr.parse(text).address())
                .toList();
        if (!endpoint.dnsNames().isEmpty()) {
            dns.names().put(new NameTable.Entry(endpoint.networkId(), endpoint.id(), endpoint.dnsNames(), addresses));
        }
    }

    /** It is not any more. */
    void left(StoredEndpoint endpoint) {
        dns.names().remove(endpoint.networkId(), endpoint.id());
    }

    /** Gives a container a name server if it is on a network with names and has none yet, which it then keeps. */
    void serve(SandboxRequest request) {
        String id = request.containerId();
        try {
            if (!dns.isOpen(id) && memberships(id).stream().findFirst().isPresent()) {
                dns.open(id, request.namespace(), request.resolution());
            }
        } catch (IOException | RuntimeException e) {
            throw new EngineException(
                    EngineException.Kind.SYSTEM,
                    "cannot serve names to container " + request.containerName() + " in its network namespace "
                            + request.namespace() + ": " + e.getMessage(),
                    e);
        }
        refresh(id);
    }

    /** The container's networks may have changed. */
    void refresh(String containerId) {
        boolean outside = networks.endpoints().ofContainer(containerId).stream()
                .map(endpoint -> networks.stored(endpoint.networkId()))
                .anyMatch(network -> !network.request().internal()
                        && networks.traits(network).addressed());
        dns.networks(containerId, memberships(containerId), outside);
    }

    /** The container has ended. */
    void end(String containerId) {
        dns.close(containerId);
    }

    private List<Membership> memberships(String containerId) {
        return networks.endpoints().ofContainer(containerId).stream()
                .sorted(Comparator.comparingInt((StoredEndpoint endpoint) ->
                                -endpoint.settings().gwPriority())
                        .thenComparing(endpoint ->
                                networks.stored(endpoint.networkId()).name()))
                .map(endpoint -> membership(networks.stored(endpoint.networkId()), endpoint.settings()))
                .filter(membership -> !networks.stored(membership.networkId()).predefined())
                .toList();
    }

    private static Membership membership(StoredNetwork network, EndpointSettings settings) {
        Map<String, String> links = new LinkedHashMap<>();
        for (String link : settings.links()) {
            int colon = link.indexOf(':');
            String target = colon < 0 ? link : link.substring(0, colon);
            String alias = colon < 0 ? link : link.substring(colon + 1);
            links.put(alias.substring(alias.lastIndexOf('/') + 1), target.substring(target.lastIndexOf('/') + 1));
        }
        return new Membership(network.id(), network.name(), links);
    }
}
