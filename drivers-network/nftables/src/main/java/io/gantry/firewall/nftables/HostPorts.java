package io.gantry.firewall.nftables;

import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.Problem;
import io.gantry.spi.firewall.PublishedEndpoint;
import io.gantry.spi.network.PortMapping;
import java.net.InetAddress;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Which endpoint has which ports of the host. An address and the wildcard are different places: the more exact one wins. Not thread-safe. */
final class HostPorts {
    private final Map<Place, NavigableMap<Integer, Claim>> claims = new HashMap<>();

    /**
     * @throws AlreadyExistsException if another endpoint has one of the ports; nothing is changed
     */
    void requireFree(PublishedEndpoint endpoint) {
        for (PortMapping mapping : endpoint.mappings()) {
            strangers(mapping, endpoint.endpointId()).findFirst().ifPresent(other -> {
                throw new AlreadyExistsException(new Problem(
                        "publish " + describe(mapping) + " for endpoint " + endpoint.endpointId(),
                        "endpoint " + other + " has it published",
                        "choose another host port or address"));
            });
        }
    }

    void claim(PublishedEndpoint endpoint) {
        for (PortMapping mapping : endpoint.mappings()) {
            claims.computeIfAbsent(place(mapping), place -> new TreeMap<>())
                    .put(mapping.hostPort(), new Claim(last(mapping), endpoint.endpointId()));
        }
    }

    void release(PublishedEndpoint endpoint) {
        for (PortMapping mapping : endpoint.mappings()) {
            Place place = place(mapping);
            NavigableMap<Integer, Claim> there = claims.get(place);
            if (there != null) {
                there.remove(mapping.hostPort());
                if (there.isEmpty()) {
                    claims.remove(place);
                }
            }
        }
    }

    /** Claims do not overlap, so those that reach into the mapping are the last ones that begin before its end. */
    private Stream<String> strangers(PortMapping mapping, String self) {
        return claims
                .getOrDefault(place(mapping), Collections.emptyNavigableMap())
                .headMap(last(mapping), true)
                .descendingMap()
                .values()
                .stream()
                .takeWhile(claim -> claim.last >= mapping.hostPort())
                .map(Claim::endpointId)
                .filter(holder -> !holder.equals(self));
    }

    private static int last(PortMapping mapping) {
        return mapping.hostPort() + mapping.count() - 1;
    }

    private static Place place(PortMapping mapping) {
        return new Place(mapping.protocol(), mapping.hostAddress());
    }

    private static String describe(PortMapping mapping) {
        String ports = mapping.count() == 1 ? "" : "-" + last(mapping);
        return mapping.hostAddress().getHostAddress() + " port " + mapping.hostPort() + ports + "/"
                + mapping.protocol().name().toLowerCase(Locale.ROOT);
    }

    private record Place(PortMapping.Protocol protocol, InetAddress address) {}

    private record Claim(int last, String endpointId) {}
}
