package io.gantry.engine.dns;

import io.gantry.engine.dns.Request.Query;
import io.gantry.engine.dns.Request.Type;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Answers what can be answered from the names on a container's networks, by Docker's rules. */
final class LocalNames {
    private final NameTable table;
    private final RandomGenerator random;

    LocalNames(NameTable table, RandomGenerator random) {
        this.table = table;
        this.random = random;
    }

    /**
     * The answer; empty if the question is none of ours and is to be sent on.
     *
     * @param networks the asker's, in the order in which they are searched
     * @param room bytes for an answer
     */
    Optional<byte[]> answer(Query query, List<Membership> networks, int room) {
        return switch (query.type()) {
            case Type.A, Type.AAAA -> addresses(query, networks, room);
            case Type.MX -> find(query.name(), networks).map(addresses -> Reply.none(query));
            case Type.PTR ->
                ReverseName.parse(query.name())
                        .flatMap(address -> name(address, networks))
                        .map(name -> Reply.pointer(query, name));
            default -> Optional.empty();
        };
    }

    private Optional<byte[]> addresses(Query query, List<Membership> networks, int room) {
        return find(query.name(), networks).map(all -> {
            List<InetAddress> wanted = new ArrayList<>(all.stream()
                    .filter(address -> address instanceof Inet4Address == (query.type() == Type.A))
                    .toList());
            for (int i = wanted.size() - 1; i > 0; i--) {
                Collections.swap(wanted, i, random.nextInt(i + 1));
            }
            return Reply.addresses(query, wanted, room);
        });
    }

    private Optional<String> name(InetAddress address, List<Membership> networks) {
        return networks.stream()
                .flatMap(network -> table.name(network.networkId(), address).stream()
                        .map(name -> name + "." + network.networkName()))
                .findFirst();
    }

    /** A name may be one on any of the networks, or one with a network's name behind it; both may have dots. */
    private Optional<List<InetAddress>> find(String name, List<Membership> networks) {
        Optional<List<InetAddress>> found = find(name, networks, network -> true);
        for (int dot = name.lastIndexOf('.'); found.isEmpty() && dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
            String networkName = name.substring(dot + 1);
            found = find(
                    name.substring(0, dot),
                    networks,
                    network -> network.networkName().equalsIgnoreCase(networkName));
        }
        return found;
    }

    private Optional<List<InetAddress>> find(
            String name, List<Membership> networks, java.util.function.Predicate<Membership> which) {
        List<Membership> searched = networks.stream().filter(which).toList();
        return searched.stream()
                .flatMap(network ->
                        link(network, name).flatMap(target -> table.addresses(network.networkId(), target)).stream())
                .findFirst()
                .or(() -> searched.stream()
                        .filter(network -> link(network, name).isEmpty())
                        .flatMap(network -> table.addresses(network.networkId(), name).stream())
                        .findFirst());
    }

    private static Optional<String> link(Membership network, String name) {
        return network.links().entrySet().stream()
                .filter(link -> link.getKey().equalsIgnoreCase(name))
                .map(java.util.Map.Entry::getValue)
                .findFirst();
    }
}
