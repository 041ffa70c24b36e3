package io.gantry.firewall.nftables;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.linux.netlink.Conntrack;
import io.gantry.linux.nft.Nftables;
import io.gantry.linux.nft.NftablesException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Problem;
import io.gantry.spi.StatusRow;
import io.gantry.spi.firewall.FilteredNetwork;
import io.gantry.spi.firewall.FirewallBackend;
import io.gantry.spi.firewall.PublishedEndpoint;
import io.gantry.spi.network.PortMapping;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Keeps the table {@code inet gantry} equal to what it remembers. Every element has one owner, a network or an endpoint, so that a change is the difference
 * between the owner's elements before and after, in one transaction, whatever others own. The table is made anew as a whole on the first change and when it
 * turns out that somebody removed it.
 */
final class NftablesFirewall implements FirewallBackend {
    private static final System.Logger LOG = System.getLogger(NftablesFirewall.class.getName());

    private final Path namespace;
    private final Nftables nft;
    private final Map<String, FilteredNetwork> networks = new HashMap<>();
    private final Map<String, PublishedEndpoint> endpoints = new HashMap<>();
    private final HostPorts ports = new HostPorts();
    /** By owner: what the table holds. */
    private final Map<String, Set<Element>> elements = new HashMap<>();

    private boolean installed;

    NftablesFirewall(Path namespace, Nftables nft) {
        this.namespace = namespace;
        this.nft = nft;
    }

    @Override
    public synchronized void apply(FilteredNetwork network) {
        Map<String, Set<Element>> wanted = new HashMap<>();
        wanted.put(owner(network), Elements.of(network));
        on(network.id()).forEach(endpoint -> wanted.put(owner(endpoint), Elements.of(network, endpoint)));
        change("apply the rules of network " + network.id(), wanted);
        networks.put(network.id(), network);
    }

    @Override
    public synchronized void removeNetwork(String networkId) {
        FilteredNetwork network = networks.get(networkId);
        if (network == null) {
            return;
        }
        List<PublishedEndpoint> orphans = on(networkId);
        Map<String, Set<Element>> wanted = new HashMap<>();
        wanted.put(owner(network), Set.of());
        orphans.forEach(endpoint -> wanted.put(owner(endpoint), Set.of()));
        change("remove the rules of network " + networkId, wanted);
        networks.remove(networkId);
        orphans.forEach(this::forget);
    }

    @Override
    public synchronized void publish(PublishedEndpoint endpoint) {
        FilteredNetwork network = networks.get(endpoint.networkId());
        if (network == null) {
            throw new NotFoundException(Problem.of(
                    "publish ports of endpoint " + endpoint.endpointId(),
                    "the rules of network " + endpoint.networkId() + " were not applied"));
        }
        ports.requireFree(endpoint);
        change(
                "publish ports of endpoint " + endpoint.endpointId(),
                Map.of(owner(endpoint), Elements.of(network, endpoint)));
        Optional.ofNullable(endpoints.get(endpoint.endpointId())).ifPresent(this::forget);
        remember(endpoint);
    }

    @Override
    public synchronized void unpublish(String endpointId) {
        PublishedEndpoint endpoint = endpoints.get(endpointId);
        if (endpoint != null) {
            change("take back the ports of endpoint " + endpointId, Map.of(owner(endpoint), Set.of()));
            forget(endpoint);
        }
    }

    @Override
    public synchronized void restore(List<FilteredNetwork> someNetworks, List<PublishedEndpoint> someEndpoints) {
        Map<String, FilteredNetwork> known = new HashMap<>(networks);
        Map<String, Set<Element>> wanted = new HashMap<>();
        for (FilteredNetwork network : someNetworks) {
            known.put(network.id(), network);
            wanted.put(owner(network), Elements.of(network));
            on(network.id()).forEach(endpoint -> wanted.put(owner(endpoint), Elements.of(network, endpoint)));
        }
        for (PublishedEndpoint endpoint : someEndpoints) {
            FilteredNetwork network = known.get(endpoint.networkId());
            if (network == null) {
                throw new NotFoundException(Problem.of(
                        "restore ports of endpoint " + endpoint.endpointId(),
                        "there is no network " + endpoint.networkId()));
            }
            wanted.put(owner(endpoint), Elements.of(network, endpoint));
        }
        install("restore the firewall", wanted);
        someNetworks.forEach(network -> networks.put(network.id(), network));
        for (PublishedEndpoint endpoint : someEndpoints) {
            Optional.ofNullable(endpoints.get(endpoint.endpointId())).ifPresent(ports::release);
            endpoints.put(endpoint.endpointId(), endpoint);
            ports.claim(endpoint);
        }
    }

    @Override
    public synchronized List<StatusRow> status() {
        List<StatusRow> rows = new ArrayList<>();
        rows.add(new StatusRow("Firewall Backend", "nftables"));
        rows.add(new StatusRow("Firewall Table", Ruleset.TABLE));
        try {
            ForeignPolicy.droppingForward(nft.run("list chains"))
                    .forEach(
                            chain -> rows.add(
                                    new StatusRow(
                                            "Firewall Warning",
                                            chain
                                                    + " drops forwarded packets by default, which overrules us: accept there what comes in or goes out by our bridges")));
        } catch (NftablesException e) {
            rows.add(new StatusRow("Firewall Warning", "the rules of others cannot be listed: " + e.getMessage()));
        }
        return List.copyOf(rows);
    }

    @Override
    public synchronized void close() {
        nft.close();
    }

    /** Puts the difference between what some owners have and what they shall have in force, and only then notes it. */
    private void change(String attempted, Map<String, Set<Element>> wanted) {
        if (!installed) {
            install(attempted, wanted);
            return;
        }
        List<Element> removed = new ArrayList<>();
        List<Element> added = new ArrayList<>();
        wanted.forEach((owner, after) -> {
            Set<Element> before = elements.getOrDefault(owner, Set.of());
            before.stream().filter(element -> !after.contains(element)).forEach(removed::add);
            after.stream().filter(element -> !before.contains(element)).forEach(added::add);
        });
        if (removed.isEmpty() && added.isEmpty()) {
            return;
        }
        try {
            nft.run(Ruleset.change(removed, added));
        } catch (NftablesException e) {
            if (!e.is(Errno.ENOENT)) {
                throw failed(attempted, e);
            }
            LOG.log(System.Logger.Level.WARNING, "somebody changed our table {0}; it is made anew", Ruleset.TABLE);
            install(attempted, wanted);
            return;
        }
        note(wanted);
    }

    private void install(String attempted, Map<String, Set<Element>> wanted) {
        Map<String, Set<Element>> next = new HashMap<>(elements);
        next.putAll(wanted);
        List<Element> all = new ArrayList<>();
        next.values().forEach(all::addAll);
        try {
            nft.run(Ruleset.whole(all));
        } catch (NftablesException e) {
            throw failed(attempted, e);
        }
        installed = true;
        note(wanted);
    }

    private void note(Map<String, Set<Element>> wanted) {
        elements.putAll(wanted);
        elements.values().removeIf(Set::isEmpty);
    }

    private void remember(PublishedEndpoint endpoint) {
        endpoints.put(endpoint.endpointId(), endpoint);
        ports.claim(endpoint);
        forgetUdpFlows(endpoint);
    }

    private void forget(PublishedEndpoint endpoint) {
        endpoints.remove(endpoint.endpointId());
        ports.release(endpoint);
        forgetUdpFlows(endpoint);
    }

    private List<PublishedEndpoint> on(String networkId) {
        return endpoints.values().stream()
                .filter(endpoint -> endpoint.networkId().equals(networkId))
                .toList();
    }

    private static String owner(FilteredNetwork network) {
        return "network " + network.id();
    }

    private static String owner(PublishedEndpoint endpoint) {
        return "endpoint " + endpoint.endpointId();
    }

    /** NAT decides on a flow's first packet: a UDP flow that is older than the change would go on the old way. */
    private void forgetUdpFlows(PublishedEndpoint endpoint) {
        Map<Optional<InetAddress>, Set<Integer>> ports = new HashMap<>();
        for (PortMapping mapping : endpoint.mappings()) {
            if (mapping.protocol() == PortMapping.Protocol.UDP) {
                Set<Integer> there = ports.computeIfAbsent(
                        Optional.of(mapping.hostAddress()).filter(address -> !address.isAnyLocalAddress()),
                        address -> new TreeSet<>());
                for (int i = 0; i < mapping.count(); i++) {
                    there.add(mapping.hostPort() + i);
                }
            }
        }
        if (ports.isEmpty()) {
            return;
        }
        try (Conntrack conntrack = Conntrack.open(namespace)) {
            ports.forEach(conntrack::deleteUdp);
        } catch (KernelException e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "UDP flows to the ports of endpoint " + endpoint.endpointId()
                            + " could not be forgotten; those that are older than the change go on the old way",
                    e);
        }
    }

    private static IoFailureException failed(String attempted, NftablesException cause) {
        return new IoFailureException(
                new Problem(attempted, cause.getMessage(), "see what nft list ruleset shows"), cause);
    }
}
