package io.gantry.firewall.nftables;

import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.Problem;
import io.gantry.spi.firewall.PublishedEndpoint;
import io.gantry.spi.network.PortMapping;
import java.net.InetAddress;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Which endpoint has which ports of the host. An address and the wildcard are different places: the more exact one wins. Not thread-safe. */
final class HostPorts {
    private final Map<Place, NavigableMap<Integer, Claim>> claims = new HashMap<>();

    /**
     * @throws AlreadyExistsException if another endpoint has one of the ports, or this one asks for it twice; nothing is changed
     */
    void requireFree(PublishedEndpoint endpoint) {
        Map<Place, BitSet> own = new HashMap<>();
        for (PortMapping mapping : endpoint.mappings()) {
            BitSet ports = own.computeIfAbsent(place(mapping), place -> new BitSet());
            int taken = ports.nextSetBit(mapping.hostPort());
            if (taken >= 0 && taken <= last(mapping)) {
                throw new AlreadyExistsException(new Problem(
                        "publish " + describe(mapping) + " for endpoint " + endpoint.endpointId(),
                        "the same endpoint publishes port " + taken + " twice",
                        "choose another host port or address"));
            }
            ports.set(mapping.hostPort(), last(mapping) + 1);
            Optional<String> other = stranger(mapping, endpoint.endpointId());
            if (other.isPresent()) {
                throw new AlreadyExistsException(new Problem(
                        "publish " + describe(mapping) + " for endpoint " + endpoint.endpointId(),
                        "endpoint " + other.get() + " has it published",
                        "choose another host port or address"));
            }
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

    /**
     * Claims do not overlap, so those that reach into the mapping are the last ones that begin before its end. (A stream over a part of the map would
     * count that part first.)
     */
    private Optional<String> stranger(PortMapping mapping, String self) {
        NavigableMap<Integer, Claim> there = claims.getOrDefault(place(mapping), Collections.emptyNavigableMap());
        Map.Entry<Integer, Claim> nearest = there.floorEntry(last(mapping));
        while (nearest != null && nearest.getValue().last >= mapping.hostPort()) {
            if (!nearest.getValue().endpointId.equals(self)) {
                return Optional.of(nearest.getValue().endpointId);
            }
            nearest = there.lowerEntry(nearest.getKey());
        }
        return Optional.empty();
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
