package io.gantry.engine.dns;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The names on all networks. Several endpoints may have a name in common; it then has all their addresses. Thread-safe. */
public final class NameTable {
    private final Map<String, Map<String, Entry>> networks = new LinkedHashMap<>();
    private final Map<String, Map<String, Set<Entry>>> byName = new LinkedHashMap<>();

    /**
     * An endpoint.
     *
     * @param networkId its network
     * @param endpointId itself
     * @param names the first is the one that its addresses lead back to
     * @param addresses of both families
     */
    public record Entry(String networkId, String endpointId, List<String> names, List<InetAddress> addresses) {
        /** Copies the lists. */
        public Entry {
            names = List.copyOf(names);
            addresses = List.copyOf(addresses);
        }
    }

    /** Adds an endpoint, or gives it other names and addresses. */
    public synchronized void put(Entry entry) {
        remove(entry.networkId(), entry.endpointId());
        networks.computeIfAbsent(entry.networkId(), id -> new LinkedHashMap<>()).put(entry.endpointId(), entry);
        Map<String, Set<Entry>> names = byName.computeIfAbsent(entry.networkId(), id -> new LinkedHashMap<>());
        entry.names()
                .forEach(name -> names.computeIfAbsent(folded(name), key -> new LinkedHashSet<>())
                        .add(entry));
    }

    /** Takes an endpoint away; does nothing if it is not there. */
    public synchronized void remove(String networkId, String endpointId) {
        Map<String, Entry> endpoints = networks.getOrDefault(networkId, new LinkedHashMap<>());
        Entry old = endpoints.remove(endpointId);
        if (old == null) {
            return;
        }
        Map<String, Set<Entry>> names = byName.get(networkId);
        old.names()
                .forEach(name -> names.computeIfPresent(folded(name), (key, entries) -> {
                    entries.remove(old);
                    return entries.isEmpty() ? null : entries;
                }));
        if (endpoints.isEmpty()) {
            networks.remove(networkId);
            byName.remove(networkId);
        }
    }

    /** All addresses of a name on a network, of both families; empty if nobody there has the name. */
    synchronized Optional<List<InetAddress>> addresses(String networkId, String name) {
        Set<Entry> entries = byName.getOrDefault(networkId, Map.of()).get(folded(name));
        if (entries == null) {
            return Optional.empty();
        }
        Set<InetAddress> addresses = new LinkedHashSet<>();
        entries.forEach(entry -> addresses.addAll(entry.addresses()));
        return Optional.of(new ArrayList<>(addresses));
    }

    /** The first name of the endpoint that has an address on a network. */
    synchronized Optional<String> name(String networkId, InetAddress address) {
        return networks.getOrDefault(networkId, Map.of()).values().stream()
                .filter(entry -> entry.addresses().contains(address))
                .flatMap(entry -> entry.names().stream().limit(1))
                .findFirst();
    }

    private static String folded(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
