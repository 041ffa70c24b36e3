package io.gantry.tck.network;

import io.gantry.linux.Fd;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.firewall.FirewallBackend;
import io.gantry.spi.network.Attachment.MoveInterface;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.MacAddress;
import io.gantry.spi.network.NetworkContext;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.PoolData;
import io.gantry.spi.network.Restorable;
import io.gantry.spi.network.Restorable.RestoredEndpoint;
import io.gantry.spi.network.Restorable.RestoredNetwork;
import io.gantry.spi.network.Sandbox;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** A network driver that needs no firewall on the host of an {@link UplinkLab}, driven as the engine drives it. */
public final class UplinkRig implements AutoCloseable {
    private final NetworkDriverProvider provider;
    private final Path root;
    private final UplinkLab lab = new UplinkLab();
    private final Map<String, Map<String, String>> states = new HashMap<>();
    private NetworkDriver driver;
    private int made;

    /** Opens the driver. */
    public UplinkRig(NetworkDriverProvider provider, Path root) {
        this.provider = provider;
        this.root = root;
        this.driver = provider.open(context());
    }

    /** A network to make. Immutable: each method answers another one. */
    public record Wanted(boolean internal, Map<String, String> options, List<PoolData> pools) {
        /** One without options. */
        public static Wanted net() {
            return new Wanted(false, Map.of(), List.of());
        }

        /** With an option. */
        public Wanted with(String key, String value) {
            Map<String, String> more = new HashMap<>(options);
            more.put(key, value);
            return new Wanted(internal, more, pools);
        }

        /** With a subnet without gateway. */
        public Wanted subnet(String subnet) {
            return pool(new PoolData(Cidr.parse(subnet), Optional.empty(), Map.of()));
        }

        /** With a subnet and the gateway's address. */
        public Wanted subnet(String subnet, String gateway) {
            Cidr cidr = Cidr.parse(subnet);
            Cidr first = new Cidr(Cidr.parseAddress(gateway), cidr.prefixLength());
            return pool(new PoolData(cidr, Optional.of(first), Map.of()));
        }

        /** With a subnet without gateway, and an address set aside for the host. */
        public Wanted subnetWithAuxiliary(String subnet, String auxiliary) {
            Map<String, InetAddress> aside = Map.of("host", Cidr.parseAddress(auxiliary));
            return pool(new PoolData(Cidr.parse(subnet), Optional.empty(), aside));
        }

        /** Made with {@code --internal}. */
        public Wanted closed() {
            return new Wanted(true, options, pools);
        }

        private Wanted pool(PoolData pool) {
            return new Wanted(
                    internal,
                    options,
                    Stream.concat(pools.stream(), Stream.of(pool)).toList());
        }
    }

    /** A container in a namespace of its own, with one endpoint. */
    public record Container(NetworkSpec network, EndpointSpec endpoint, EndpointPlan plan, Fd namespace, String name) {}

    /** Where the driver works. */
    public UplinkLab lab() {
        return lab;
    }

    /** The open driver. */
    public NetworkDriver driver() {
        return driver;
    }

    /** What the driver is opened with. */
    public NetworkContext context() {
        return new Context(root, lab.host().path());
    }

    /** Forgets everything as a killed engine does, and opens the driver anew. */
    public void restart() {
        driver.close();
        driver = provider.open(context());
    }

    /** {@link #restart}, then {@link Restorable#restore} with these containers running. */
    public void restart(List<NetworkSpec> networks, List<Container> running) {
        restart();
        Restorable restorable = driver.capability(Restorable.class).orElseThrow();
        restorable.restore(networks.stream()
                .map(network -> new RestoredNetwork(
                        network,
                        states.getOrDefault(network.id(), Map.of()),
                        running.stream()
                                .filter(one -> one.network().id().equals(network.id()))
                                .map(one -> new RestoredEndpoint(one.endpoint(), one.plan(), true))
                                .toList()))
                .toList());
    }

    /** Numbers and checks a network, without making it. */
    public NetworkSpec spec(Wanted wanted) {
        String id = id();
        return new NetworkSpec(
                id,
                "net" + made,
                Options.parse(
                        "network driver " + provider.name(),
                        provider.options(),
                        OptionSpec.Scope.OBJECT,
                        wanted.options()),
                wanted.pools(),
                wanted.internal());
    }

    /** Makes a network. */
    public NetworkSpec network(Wanted wanted) {
        NetworkSpec spec = spec(wanted);
        states.put(spec.id(), driver.createNetwork(spec));
        return spec;
    }

    /** An endpoint with these addresses, with lengths. */
    public EndpointSpec endpoint(
            NetworkSpec network, Optional<MacAddress> mac, Map<String, String> options, String... addresses) {
        List<Cidr> cidrs = Stream.of(addresses).map(Cidr::parse).toList();
        return new EndpointSpec(
                network.id(),
                id(),
                cidrs.stream().filter(cidr -> !cidr.isIpv6()).findFirst(),
                cidrs.stream().filter(Cidr::isIpv6).findFirst(),
                mac,
                Options.parse(
                        "network driver " + provider.name(), provider.options(), OptionSpec.Scope.ENDPOINT, options));
    }

    /** Makes an endpoint and puts it into a new namespace. */
    public Container container(NetworkSpec network, String... addresses) {
        EndpointSpec spec = endpoint(network, Optional.empty(), Map.of(), addresses);
        return enter(network, spec, driver.createEndpoint(spec));
    }

    /** Puts an endpoint into a new namespace. */
    public Container enter(NetworkSpec network, EndpointSpec spec, EndpointPlan plan) {
        Fd namespace = lab.namespace();
        MoveInterface move = (MoveInterface)
                driver.attach(network.id(), spec.endpointId(), new Sandbox(spec.endpointId(), namespace.path()));
        List<String> addresses = new ArrayList<>();
        Stream.of(spec.ipv4(), spec.ipv6()).flatMap(Optional::stream).forEach(cidr -> addresses.add(cidr.toString()));
        return new Container(network, spec, plan, namespace, lab.enter(namespace, move, addresses));
    }

    /** Takes a container's endpoint away. */
    public void remove(Container container) {
        driver.detach(container.network().id(), container.endpoint().endpointId());
        driver.deleteEndpoint(container.network().id(), container.endpoint().endpointId());
    }

    @Override
    public void close() {
        driver.close();
        lab.close();
    }

    private String id() {
        return String.format("%012x", ++made) + "ab".repeat(26);
    }

    private record Context(Path root, Path hostNamespace) implements NetworkContext {
        @Override
        public Path runDirectory() {
            return root;
        }

        @Override
        public Options options() {
            return Options.none();
        }

        @Override
        public FirewallBackend firewall() {
            throw new IllegalStateException("a driver that needs a firewall has none here");
        }
    }
}
