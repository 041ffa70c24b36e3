package io.gantry.network.bridge;

import static io.gantry.network.bridge.Rig.tcp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.netlink.BridgeSpec;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.LinkAddress;
import io.gantry.linux.netlink.NetSysctl;
import io.gantry.linux.netlink.Netlink;
import io.gantry.linux.netlink.VethSpec;
import io.gantry.network.bridge.Rig.Container;
import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Probe;
import io.gantry.spi.Problem;
import io.gantry.spi.StatusRow;
import io.gantry.spi.firewall.FilteredNetwork;
import io.gantry.spi.firewall.FirewallBackend;
import io.gantry.spi.firewall.PublishedEndpoint;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.MacAddress;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.PortMapping;
import io.gantry.spi.network.Restorable.RestoredEndpoint;
import io.gantry.spi.network.Restorable.RestoredNetwork;
import io.gantry.spi.network.Sandbox;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BridgeLifecycleTest {
    private static final String SUBNET = "10.77.0.0/24";

    @TempDir
    private Path root;

    private Rig rig;

    @BeforeEach
    void start() {
        rig = new Rig(root);
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    @Test
    void theProviderIsFoundAndItsProbeLeavesNothingBehind() {
        List<String> before = rig.linkNames();
        NetworkDriverProvider provider = ServiceLoader.load(NetworkDriverProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(candidate -> candidate.name().equals("bridge"))
                .findFirst()
                .orElseThrow();
        assertThat(provider.probe(rig.context())).isInstanceOf(Probe.Supported.class);
        assertThat(rig.linkNames()).isEqualTo(before);
    }

    @Test
    void aNetworkIsABridgeWithTheGatewaysAddressAndGoesWithoutATrace() {
        List<String> links = rig.linkNames();
        NetworkSpec network = rig.network(Map.of(BridgeOptions.MTU, "1400"), SUBNET, "fd00:77::/64");
        String name = "br-" + network.id().substring(0, 12);
        try (Netlink netlink = Netlink.open(rig.lab.host)) {
            Link bridge = netlink.link(name).orElseThrow();
            assertThat(bridge.isUp()).isTrue();
            assertThat(bridge.mtu()).isEqualTo(1400);
            assertThat(netlink.addresses(bridge.index()).stream()
                            .map(LinkAddress::cidr)
                            .map(Object::toString))
                    .contains("10.77.0.1/24", "fd00:77::1/64");
        }
        assertThatThrownBy(() -> rig.driver().createNetwork(network)).isInstanceOf(AlreadyExistsException.class);
        rig.driver().deleteNetwork(network.id());
        rig.driver().deleteNetwork(network.id());
        assertThat(rig.linkNames()).isEqualTo(links);
        assertThat(rig.nft("list table inet gantry")).doesNotContain("elements");
    }

    @Test
    void forwardingIsTurnedOnByTheFirstNetworkThatNeedsIt() {
        Path host = rig.lab.host.path();
        rig.driver().createNetwork(rig.spec(true, Map.of(), SUBNET));
        assertThat(NetSysctl.read(host, "net.ipv4.ip_forward")).isEqualTo("0");
        rig.network(Map.of(), "10.78.0.0/24");
        assertThat(NetSysctl.read(host, "net.ipv4.ip_forward")).isEqualTo("1");
        assertThat(NetSysctl.read(host, "net.ipv6.conf.all.forwarding")).isEqualTo("0");
        rig.network(Map.of(), "10.79.0.0/24", "fd00:79::/64");
        assertThat(NetSysctl.read(host, "net.ipv6.conf.all.forwarding")).isEqualTo("1");
    }

    @Test
    void aUsersOwnBridgeIsUsedAndKept() {
        try (Netlink netlink = Netlink.open(rig.lab.host)) {
            netlink.createBridge(BridgeSpec.of("mine"));
        }
        NetworkSpec network = rig.network(Map.of(BridgeOptions.NAME, "mine"), SUBNET);
        rig.driver().deleteNetwork(network.id());
        assertThat(rig.linkNames()).contains("mine");
    }

    @Test
    void anInterfaceThatIsNoBridgeIsRefusedAndLeftAlone() {
        NetworkSpec network = rig.spec(false, Map.of(BridgeOptions.NAME, "uplink"), SUBNET);
        assertThatThrownBy(() -> rig.driver().createNetwork(network))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("it exists and is no bridge");
        assertThat(rig.linkNames()).contains("uplink");
    }

    @Test
    void networksThatShareABridgeOrASubnetConflict() {
        rig.network(Map.of(BridgeOptions.NAME, "shared"), SUBNET);
        NetworkSpec sameBridge = rig.spec(false, Map.of(BridgeOptions.NAME, "shared"), "10.78.0.0/24");
        NetworkSpec sameSubnet = rig.spec(false, Map.of(), "10.77.0.0/25");
        assertThatThrownBy(() -> rig.driver().createNetwork(sameBridge))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("networks have same bridge name");
        assertThatThrownBy(() -> rig.driver().createNetwork(sameSubnet))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("networks have overlapping subnets");
    }

    @ParameterizedTest
    @CsvSource({
        "com.docker.network.driver.mtu, -1, invalid MTU number: -1",
        "com.docker.network.bridge.gateway_mode_ipv4, bogus, unknown gateway mode bogus",
        "com.docker.network.bridge.gateway_mode_ipv4, isolated, gateway mode 'isolated' can only be used for an internal network",
        "com.docker.network.bridge.name, a-name-of-more-than-15, invalid bridge name",
        "com.docker.network.container_iface_prefix, a/b, invalid interface prefix"
    })
    void optionsThatCannotBeRightAreRefusedAndLeaveNothing(String key, String value, String message) {
        List<String> links = rig.linkNames();
        NetworkSpec network = rig.spec(false, Map.of(key, value), SUBNET);
        assertThatThrownBy(() -> rig.driver().createNetwork(network))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining(message);
        assertThat(rig.linkNames()).isEqualTo(links);
    }

    @Test
    void anIsolatedInternalNetworkHasNoAddressOnItsBridge() {
        NetworkSpec network = rig.spec(true, Map.of(BridgeOptions.MODE_IPV4, "isolated"), SUBNET);
        rig.driver().createNetwork(network);
        try (Netlink netlink = Netlink.open(rig.lab.host)) {
            Link bridge = netlink.link("br-" + network.id().substring(0, 12)).orElseThrow();
            assertThat(netlink.addresses(bridge.index()))
                    .noneMatch(address -> !address.cidr().isIpv6());
        }
    }

    @Test
    void aNetworkWhoseRulesAreRefusedLeavesNoBridge() {
        List<String> links = rig.linkNames();
        NetworkSpec network = rig.spec(false, Map.of(), SUBNET);
        try (NetworkDriver driver =
                new BridgeProvider().open(new Rig.Context(root, rig.lab.host.path(), new RefusingFirewall()))) {
            assertThatThrownBy(() -> driver.createNetwork(network)).isInstanceOf(IoFailureException.class);
            assertThatThrownBy(() -> driver.createEndpoint(rig.endpointSpec(network, Map.of(), "10.77.0.2/24")))
                    .isInstanceOf(NotFoundException.class);
        }
        assertThat(rig.linkNames()).isEqualTo(links);
    }

    @Test
    void anEndpointGetsDockersMacAddressOrTheUsers() {
        NetworkSpec network = rig.network(Map.of(), SUBNET);
        EndpointPlan plan = rig.driver().createEndpoint(rig.endpointSpec(network, Map.of(), "10.77.0.2/24"));
        assertThat(plan.mac()).contains(new MacAddress("02:42:0a:4d:00:02"));
        EndpointSpec spec = rig.endpointSpec(network, Map.of(), "10.77.0.3/24");
        MacAddress chosen = new MacAddress("02:00:00:00:00:07");
        EndpointSpec withMac = new EndpointSpec(
                spec.networkId(), spec.endpointId(), spec.ipv4(), spec.ipv6(), Optional.of(chosen), spec.options());
        Container container = rig.enter(network, withMac, rig.driver().createEndpoint(withMac));
        try (Netlink netlink = Netlink.open(container.namespace())) {
            assertThat(netlink.link("eth0").orElseThrow().mac().orElseThrow()).hasToString("02:00:00:00:00:07");
        }
    }

    @Test
    void anEndpointThatTheKernelRefusesLeavesNothingAndMayBeMadeAgain() {
        NetworkSpec network = rig.network(Map.of(), SUBNET);
        List<String> links = rig.linkNames();
        EndpointSpec good = rig.endpointSpec(network, Map.of(), "10.77.0.2/24");
        EndpointSpec multicast = new EndpointSpec(
                good.networkId(),
                good.endpointId(),
                good.ipv4(),
                good.ipv6(),
                Optional.of(new MacAddress("01:00:5e:00:00:01")),
                good.options());
        assertThatThrownBy(() -> rig.driver().createEndpoint(multicast)).isInstanceOf(IoFailureException.class);
        assertThat(rig.linkNames()).isEqualTo(links);
        assertThat(rig.driver().createEndpoint(good).mac()).isPresent();
        assertThatThrownBy(() -> rig.driver().createEndpoint(good)).isInstanceOf(AlreadyExistsException.class);
    }

    @Test
    void endpointOptionsNameTheInterfaceAndSetItsSysctls() {
        NetworkSpec network = rig.network(Map.of(BridgeOptions.PREFIX, "net"), SUBNET);
        EndpointSpec spec = rig.endpointSpec(
                network,
                Map.of(
                        BridgeOptions.ENDPOINT_IFNAME,
                        "wan0",
                        BridgeOptions.ENDPOINT_SYSCTLS,
                        "net.ipv4.conf.IFNAME.log_martians=1"),
                "10.77.0.2/24");
        Container container = rig.enter(network, spec, rig.driver().createEndpoint(spec));
        assertThat(container.moved().prefix()).isEqualTo("net");
        assertThat(NetSysctl.read(container.namespace().path(), "net.ipv4.conf.wan0.log_martians"))
                .isEqualTo("1");
        EndpointSpec wrong =
                rig.endpointSpec(network, Map.of(BridgeOptions.ENDPOINT_SYSCTLS, "kernel.panic=1"), "10.77.0.3/24");
        assertThatThrownBy(() -> rig.driver().createEndpoint(wrong)).isInstanceOf(InvalidArgumentException.class);
    }

    @Test
    void aNetworkWithEndpointsIsNotDeletedAndDeletesAreIdempotent() {
        NetworkSpec network = rig.network(Map.of(), SUBNET);
        Container container = rig.container(network, "10.77.0.2/24");
        rig.publish(container, tcp("0.0.0.0", 8080, 80, 1));
        assertThatThrownBy(() -> rig.driver().deleteNetwork(network.id()))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("network has active endpoints");
        rig.remove(container);
        rig.remove(container);
        assertThat(rig.driver().endpointInfo(network.id(), container.endpoint().endpointId()))
                .isEmpty();
        assertThat(rig.nft("list map inet gantry publish_any4")).doesNotContain("8080");
        rig.driver().deleteNetwork(network.id());
        rig.stop();
        assertThat(rig.linkNames()).containsExactlyInAnyOrder("lo", "uplink");
    }

    @Test
    void anEndpointWhoseSandboxIsGoneIsTakenApartAllTheSame() {
        NetworkSpec network = rig.network(Map.of(), SUBNET);
        Container container = rig.container(network, "10.77.0.2/24");
        rig.publish(container, tcp("0.0.0.0", 8080, 80, 1));
        container.namespace().close();
        rig.remove(container);
        rig.driver().deleteNetwork(network.id());
        rig.stop();
        assertThat(rig.linkNames()).containsExactlyInAnyOrder("lo", "uplink");
        assertThat(rig.nft("list table inet gantry")).doesNotContain("elements");
    }

    @Test
    void anEndpointMayBeAttachedAgainAfterItsSandboxIsGone() throws IOException {
        NetworkSpec network = rig.network(Map.of(), SUBNET);
        Container first = rig.container(network, "10.77.0.2/24");
        rig.driver().detach(network.id(), first.endpoint().endpointId());
        Container second = rig.enter(network, first.endpoint(), first.plan());
        rig.lab.serveTcp(second.namespace(), 80);
        assertThat(rig.lab.tcp(rig.lab.host, "10.77.0.2", 80)).contains("10.77.0.1");
    }

    @Test
    void unknownNetworksAndEndpointsAreNotFound() {
        NetworkSpec network = rig.network(Map.of(), SUBNET);
        Sandbox sandbox = new Sandbox("c".repeat(64), rig.lab.remote.path());
        EndpointSpec stray = rig.endpointSpec(rig.spec(false, Map.of(), SUBNET), Map.of(), "10.77.0.2/24");
        assertThatThrownBy(() -> rig.driver().createEndpoint(stray)).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> rig.driver().attach(network.id(), "e".repeat(64), sandbox))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void afterAKillContainersKeepTheirTrafficAndLeftoversGo() throws IOException {
        NetworkSpec network = rig.network(Map.of(), SUBNET);
        NetworkSpec forgotten = rig.network(Map.of(), "10.78.0.0/24");
        Container server = rig.container(network, "10.77.0.2/24");
        Container lost = rig.container(network, "10.77.0.3/24");
        rig.container(forgotten, "10.78.0.2/24");
        rig.lab.serveTcp(server.namespace(), 80);
        PortMapping port = tcp("0.0.0.0", 8080, 80, 1);
        rig.publish(server, port);
        rig.publish(lost, tcp("0.0.0.0", 9090, 80, 1));
        try (Netlink netlink = Netlink.open(rig.lab.host)) {
            netlink.createBridge(BridgeSpec.of("br-theirs"));
            netlink.createVeth(VethSpec.of("veth0123456", VethSpec.Peer.of("theirs")));
        }
        rig.nft("add table ip theirs; add chain ip theirs c; add rule ip theirs c counter");
        rig.restart();
        rig.restorable()
                .restore(List.of(new RestoredNetwork(
                        network,
                        Map.of(),
                        List.of(new RestoredEndpoint(server.endpoint(), server.plan(), true, List.of(port))))));
        assertThat(rig.lab.tcp(rig.lab.remote, Lab.HOST, 8080)).contains(Lab.REMOTE);
        assertThat(rig.linkNames())
                .containsExactlyInAnyOrder(
                        "lo",
                        "uplink",
                        "br-theirs",
                        "veth0123456",
                        "theirs",
                        "br-" + network.id().substring(0, 12),
                        BridgeLinks.hostEnd(server.endpoint().endpointId()));
        assertThat(rig.nft("list table inet gantry")).doesNotContain("9090", "10.78.0.0");
        assertThat(rig.nft("list table ip theirs")).contains("counter");
        rig.unpublish(server);
        assertThat(rig.lab.tcp(rig.lab.remote, Lab.HOST, 8080)).isEmpty();
    }

    @Test
    void restoreMakesAMissingBridgeAgainAndJoinsContainersToIt() throws IOException {
        NetworkSpec network = rig.network(Map.of(), SUBNET);
        Container server = rig.container(network, "10.77.0.2/24");
        rig.lab.serveTcp(server.namespace(), 80);
        rig.stop();
        try (Netlink netlink = Netlink.open(rig.lab.host)) {
            netlink.deleteLink("br-" + network.id().substring(0, 12));
        }
        rig.restart();
        rig.restorable()
                .restore(List.of(new RestoredNetwork(
                        network, Map.of(), List.of(new RestoredEndpoint(server.endpoint(), server.plan(), true)))));
        assertThat(rig.lab.tcp(rig.lab.host, "10.77.0.2", 80)).contains("10.77.0.1");
    }

    @Test
    void anAttachmentNamesGatewaysOnlyOfTheEndpointsFamilies() {
        NetworkSpec network = rig.network(Map.of(), SUBNET, "fd00:77::/64");
        Attachment.Layer3 dual =
                rig.container(network, "10.77.0.2/24", "fd00:77::2/64").moved().layer3();
        assertThat(dual.gateway4().orElseThrow().getHostAddress()).isEqualTo("10.77.0.1");
        assertThat(dual.gateway6().orElseThrow().getHostAddress()).isEqualTo("fd00:77:0:0:0:0:0:1");
        Attachment.Layer3 single =
                rig.container(network, "10.77.0.3/24").moved().layer3();
        assertThat(single.gateway6()).isEmpty();
        assertThat(single.sysctls()).containsEntry("net.ipv6.conf.IFNAME.disable_ipv6", "1");
    }

    /** A packet filter that refuses everything, as one without privilege does. */
    private static final class RefusingFirewall implements FirewallBackend {
        @Override
        public void apply(FilteredNetwork network) {
            throw new IoFailureException(Problem.of("apply rules", "refused"));
        }

        @Override
        public void removeNetwork(String networkId) {}

        @Override
        public void publish(PublishedEndpoint endpoint) {}

        @Override
        public void unpublish(String endpointId) {}

        @Override
        public void restore(List<FilteredNetwork> networks, List<PublishedEndpoint> endpoints) {}

        @Override
        public List<StatusRow> status() {
            return List.of();
        }

        @Override
        public void close() {}
    }
}
