package io.gantry.network.bridge;

import io.gantry.firewall.nftables.NftablesProvider;
import io.gantry.linux.Fd;
import io.gantry.linux.netlink.AddressFlag;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.NetSysctl;
import io.gantry.linux.netlink.Netlink;
import io.gantry.linux.netlink.Route;
import io.gantry.linux.nft.Nftables;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Options;
import io.gantry.spi.firewall.FirewallBackend;
import io.gantry.spi.firewall.FirewallContext;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.NetworkContext;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.PoolData;
import io.gantry.spi.network.PortMapping;
import io.gantry.spi.network.PortPublisher;
import io.gantry.spi.network.Restorable;
import io.gantry.spi.network.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The driver and the firewall in a lab's host, driven as the engine drives them. */
final class Rig implements AutoCloseable {
    final Lab lab = new Lab();
    private final Path root;
    private FirewallBackend firewall;
    private NetworkDriver driver;
    private int made;

    Rig(Path root) {
        this.root = root;
        start();
    }

    /** A container in a namespace of its own, with one endpoint. */
    record Container(
            NetworkSpec network,
            EndpointSpec endpoint,
            EndpointPlan plan,
            Fd namespace,
            Attachment.MoveInterface moved) {
        String ipv4() {
            return endpoint.ipv4().orElseThrow().address().getHostAddress();
        }

        String ipv6() {
            return endpoint.ipv6().orElseThrow().address().getHostAddress();
        }
    }

    /** Forgets everything as a killed engine does, and starts anew. */
    void restart() {
        stop();
        start();
    }

    void stop() {
        driver.close();
        firewall.close();
    }

    NetworkDriver driver() {
        return driver;
    }

    FirewallBackend firewall() {
        return firewall;
    }

    Restorable restorable() {
        return driver.capability(Restorable.class).orElseThrow();
    }

    NetworkSpec spec(boolean internal, Map<String, String> options, String... subnets) {
        List<PoolData> pools = new ArrayList<>();
        for (String subnet : subnets) {
            Cidr cidr = Cidr.parse(subnet);
            String first = subnet.substring(0, subnet.indexOf('/'))
                    .replaceFirst("\\.0$", ".1")
                    .replaceFirst("::$", "::1");
            pools.add(new PoolData(cidr, Optional.of(Cidr.parse(first + "/" + cidr.prefixLength())), Map.of()));
        }
        String id = id();
        return new NetworkSpec(
                id,
                "net" + made,
                Options.parse("network driver bridge", BridgeOptions.ALL, OptionSpec.Scope.OBJECT, options),
                pools,
                internal);
    }

    NetworkSpec network(Map<String, String> options, String... subnets) {
        NetworkSpec spec = spec(false, options, subnets);
        driver.createNetwork(spec);
        return spec;
    }

    EndpointSpec endpointSpec(NetworkSpec network, Map<String, String> options, String... addresses) {
        List<Cidr> cidrs = List.of(addresses).stream().map(Cidr::parse).toList();
        return new EndpointSpec(
                network.id(),
                id(),
                cidrs.stream().filter(cidr -> !cidr.isIpv6()).findFirst(),
                cidrs.stream().filter(Cidr::isIpv6).findFirst(),
                Optional.empty(),
                Options.parse("network driver bridge", BridgeOptions.ALL, OptionSpec.Scope.ENDPOINT, options));
    }

    Container container(NetworkSpec network, String... addresses) {
        EndpointSpec spec = endpointSpec(network, Map.of(), addresses);
        EndpointPlan plan = driver.createEndpoint(spec);
        return enter(network, spec, plan);
    }

    /** What the engine does with an attachment. */
    Container enter(NetworkSpec network, EndpointSpec spec, EndpointPlan plan) {
        Fd namespace = lab.namespace();
        Attachment attachment = driver.attach(network.id(), spec.endpointId(), new Sandbox(id(), namespace.path()));
        Attachment.MoveInterface moved = (Attachment.MoveInterface) attachment;
        String name = moved.name().orElse(moved.prefix() + "0");
        try (Netlink host = Netlink.open(lab.host);
                Netlink inside = Netlink.open(namespace)) {
            host.moveToNamespace(host.link(moved.source()).orElseThrow().index(), namespace, name);
            moved.layer3()
                    .sysctls()
                    .forEach((key, value) -> NetSysctl.write(namespace.path(), key.replace("IFNAME", name), value));
            Link link = inside.link(name).orElseThrow();
            spec.ipv4().ifPresent(cidr -> inside.addAddress(link.index(), kernel(cidr)));
            spec.ipv6().ifPresent(cidr -> inside.addAddress(link.index(), kernel(cidr), AddressFlag.NODAD));
            inside.setUp(link.index());
            moved.layer3().gateway4().ifPresent(gateway -> inside.addRoute(Route.defaultVia(gateway, link.index())));
            moved.layer3().gateway6().ifPresent(gateway -> inside.addRoute(Route.defaultVia(gateway, link.index())));
        }
        return new Container(network, spec, plan, namespace, moved);
    }

    void publish(Container container, PortMapping... mappings) {
        publisher().publish(container.network.id(), container.endpoint.endpointId(), List.of(mappings));
    }

    void unpublish(Container container) {
        publisher().unpublish(container.network.id(), container.endpoint.endpointId());
    }

    void remove(Container container) {
        driver.detach(container.network.id(), container.endpoint.endpointId());
        driver.deleteEndpoint(container.network.id(), container.endpoint.endpointId());
    }

    static PortMapping tcp(String host, int hostPort, int containerPort, int count) {
        return new PortMapping(PortMapping.Protocol.TCP, Cidr.parseAddress(host), hostPort, containerPort, count);
    }

    static PortMapping udp(String host, int hostPort, int containerPort) {
        return new PortMapping(PortMapping.Protocol.UDP, Cidr.parseAddress(host), hostPort, containerPort, 1);
    }

    /** Whether the IP chains see bridged frames; a kernel without br_netfilter is as if it were off. */
    void bridgeFilter(String value) {
        for (String program : List.of("iptables", "ip6tables")) {
            String key = "net/bridge/bridge-nf-call-" + program;
            if (Files.exists(Path.of("/proc/sys").resolve(key))) {
                NetSysctl.write(lab.host.path(), key, value);
            }
        }
    }

    String nft(String command) {
        try (Nftables nft = Nftables.open(lab.host.path())) {
            return nft.run(command);
        }
    }

    List<String> linkNames() {
        try (Netlink netlink = Netlink.open(lab.host)) {
            return netlink.links().stream().map(Link::name).toList();
        }
    }

    Context context() {
        return new Context(root, lab.host.path(), firewall);
    }

    @Override
    public void close() throws IOException {
        stop();
        lab.close();
    }

    private void start() {
        firewall = new NftablesProvider().open(new Context(root, lab.host.path(), null));
        driver = new BridgeProvider().open(context());
    }

    private PortPublisher publisher() {
        return driver.capability(PortPublisher.class).orElseThrow();
    }

    private static io.gantry.linux.netlink.Cidr kernel(Cidr cidr) {
        return new io.gantry.linux.netlink.Cidr(cidr.address(), cidr.prefixLength());
    }

    private String id() {
        return String.format("%08x", ++made) + "ab".repeat(28);
    }

    /** What the engine would hand over. */
    record Context(Path root, Path hostNamespace, FirewallBackend firewall) implements NetworkContext, FirewallContext {
        @Override
        public Path runDirectory() {
            return root;
        }

        @Override
        public Options options() {
            return Options.none();
        }
    }
}
