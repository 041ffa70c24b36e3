package io.gantry.network.ipvlan;

import static io.gantry.tck.network.UplinkLab.REMOTE_INTERFACE;
import static io.gantry.tck.network.UplinkLab.UPLINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.MacvlanMode;
import io.gantry.linux.netlink.MacvlanSpec;
import io.gantry.linux.netlink.NetSysctl;
import io.gantry.linux.netlink.Netlink;
import io.gantry.linux.netlink.VlanSpec;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.Probe;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.Sandbox;
import io.gantry.spi.network.support.InterfaceOptions;
import io.gantry.tck.network.UplinkLab;
import io.gantry.tck.network.UplinkRig;
import io.gantry.tck.network.UplinkRig.Container;
import io.gantry.tck.network.UplinkRig.Wanted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("ipvlan")
class IpvlanTest {
    private static final String SUBNET = "10.7.0.0/24";
    private static final Wanted NET = Wanted.net().with(IpvlanOptions.PARENT, UPLINK);
    private static final String VLAN = UPLINK + ".10";

    @TempDir
    private Path root;

    private UplinkRig rig;
    private UplinkLab lab;

    @BeforeAll
    static void assumeTheKernelHasThem() {
        UplinkLab.assumeIpvlan();
    }

    @BeforeEach
    void start() {
        rig = new UplinkRig(new IpvlanProvider(), root);
        lab = rig.lab();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void theProbeFindsThatTheKernelHasIt() {
        assertThat(new IpvlanProvider().probe(rig.context())).isInstanceOf(Probe.Supported.class);
        assertClean();
    }

    @Test
    void l2ContainersReachEachOtherAndTheWireByTheParentsMacAddress() throws IOException {
        onTheWire();
        NetworkSpec network = rig.network(NET.subnet(SUBNET).subnet("fd00:7::/64"));
        Container server = rig.container(network, "10.7.0.2/24", "fd00:7::2/64");
        Container client = rig.container(network, "10.7.0.3/24", "fd00:7::3/64");
        lab.serve(server.namespace(), 80);
        assertThat(lab.ask(client.namespace(), "10.7.0.2", 80)).contains("10.7.0.3");
        assertThat(lab.ask(lab.remote(), "10.7.0.2", 80)).contains("10.7.0.200");
        assertThat(lab.ask(lab.remote(), "fd00:7::2", 80)).contains("fd00:7:0:0:0:0:0:200");
        try (Netlink host = Netlink.open(lab.host());
                Netlink inside = Netlink.open(server.namespace())) {
            assertThat(inside.link("eth0").flatMap(Link::mac))
                    .isEqualTo(host.link(UPLINK).flatMap(Link::mac));
        }
        assertThat(server.plan().mac()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"private", "vepa"})
    void withOtherFlagsContainersReachTheWireButNotEachOtherDirectly(String flag) throws IOException {
        onTheWire();
        NetworkSpec network = rig.network(NET.with(IpvlanOptions.FLAG, flag).subnet(SUBNET));
        Container server = rig.container(network, "10.7.0.2/24");
        Container client = rig.container(network, "10.7.0.3/24");
        lab.serve(server.namespace(), 80);
        assertThat(lab.ask(lab.remote(), "10.7.0.2", 80)).contains("10.7.0.200");
        assertThat(lab.ask(client.namespace(), "10.7.0.2", 80)).isEmpty();
    }

    @Test
    void l2RoutesByTheGatewayThatTheUserNamed() throws IOException {
        onTheWire();
        lab.address(lab.remote(), "lo", "198.51.100.1/32");
        lab.serve(lab.remote(), 80);
        NetworkSpec network = rig.network(NET.subnet(SUBNET, "10.7.0.200"));
        Container container = rig.container(network, "10.7.0.2/24");
        assertThat(lab.ask(container.namespace(), "198.51.100.1", 80)).contains("10.7.0.2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"l3", "l3s"})
    void l3ContainersAreRoutedByTheHostWithoutAGateway(String mode) throws IOException {
        lab.address(lab.host(), UPLINK, "192.0.2.1/24");
        lab.address(lab.host(), UPLINK, "2001:db8::1/64");
        lab.address(lab.remote(), REMOTE_INTERFACE, "192.0.2.2/24");
        lab.address(lab.remote(), REMOTE_INTERFACE, "2001:db8::2/64");
        lab.route(lab.remote(), SUBNET, "192.0.2.1");
        lab.route(lab.remote(), "10.8.0.0/24", "192.0.2.1");
        lab.route(lab.remote(), "fd00:7::/64", "2001:db8::1");
        NetworkSpec network = rig.network(NET.with(IpvlanOptions.MODE, mode)
                .subnet(SUBNET, "10.7.0.1")
                .subnet("10.8.0.0/24")
                .subnet("fd00:7::/64"));
        Container server = rig.container(network, "10.7.0.2/24", "fd00:7::2/64");
        Container elsewhere = rig.container(network, "10.8.0.2/24");
        lab.serve(server.namespace(), 80);
        lab.serve(lab.remote(), 80);
        assertThat(lab.routes(server.namespace()))
                .anyMatch(route -> route.matches("default dev #\\d+"))
                .noneMatch(route -> route.contains(" via "));
        assertThat(lab.ask(lab.remote(), "10.7.0.2", 80)).contains("192.0.2.2");
        assertThat(lab.ask(lab.remote(), "fd00:7::2", 80)).contains("2001:db8:0:0:0:0:0:2");
        assertThat(lab.ask(elsewhere.namespace(), "192.0.2.2", 80)).contains("10.8.0.2");
        assertThat(lab.ask(elsewhere.namespace(), "10.7.0.2", 80))
                .as("from subnet to subnet of one network")
                .contains("10.8.0.2");
    }

    @Test
    void anInternalNetworkHasNoDefaultRoute() {
        NetworkSpec network =
                rig.network(NET.with(IpvlanOptions.MODE, "l3").closed().subnet(SUBNET));
        Container container = rig.container(network, "10.7.0.2/24");
        assertThat(lab.routes(container.namespace())).noneMatch(route -> route.startsWith("default"));
    }

    @Test
    void withoutAParentContainersReachEachOtherAndNothingElse() throws IOException {
        onTheWire();
        lab.serve(lab.remote(), 80);
        NetworkSpec network = rig.network(Wanted.net().subnet(SUBNET, "10.7.0.200"));
        String dummy = "di-" + network.id().substring(0, 12);
        assertThat(lab.links(lab.host())).containsExactly(dummy, "lo", UPLINK);
        Container server = rig.container(network, "10.7.0.2/24");
        Container client = rig.container(network, "10.7.0.3/24");
        lab.serve(server.namespace(), 80);
        assertThat(lab.ask(client.namespace(), "10.7.0.2", 80)).contains("10.7.0.3");
        assertThat(lab.ask(client.namespace(), "10.7.0.200", 80)).isEmpty();
        rig.remove(server);
        rig.remove(client);
        rig.driver().deleteNetwork(network.id());
        assertClean();
    }

    @Test
    void aVlanIsMadeAndGoesWithItsNetworkAlsoAfterAKill() throws IOException {
        try (Netlink netlink = Netlink.open(lab.remote())) {
            int eth0 = netlink.link(REMOTE_INTERFACE).orElseThrow().index();
            netlink.setUp(netlink.createVlan(new VlanSpec("v10", eth0, 10)).index());
        }
        lab.address(lab.remote(), "v10", "10.7.0.200/24");
        NetworkSpec network =
                rig.network(Wanted.net().with(IpvlanOptions.PARENT, VLAN).subnet(SUBNET));
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK, VLAN);
        Container server = rig.container(network, "10.7.0.2/24");
        lab.serve(server.namespace(), 80);
        assertThat(lab.ask(lab.remote(), "10.7.0.2", 80)).contains("10.7.0.200");
        rig.restart(List.of(network), List.of(server));
        assertThat(lab.ask(lab.remote(), "10.7.0.2", 80)).contains("10.7.0.200");
        rig.remove(server);
        rig.driver().deleteNetwork(network.id());
        assertClean();
    }

    @Test
    void aParentWithMacvlansIsRefusedAndNothingIsLeft() {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        try (Netlink netlink = Netlink.open(lab.host())) {
            netlink.createMacvlan(
                    MacvlanSpec.of("theirs", netlink.link(UPLINK).orElseThrow().index(), MacvlanMode.BRIDGE));
        }
        EndpointSpec spec = rig.endpoint(network, Optional.empty(), Map.of(), "10.7.0.2/24");
        EndpointPlan plan = rig.driver().createEndpoint(spec);
        assertThatThrownBy(() -> rig.enter(network, spec, plan))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("failed to create the ipvlan port on up0: device or resource busy");
        assertThat(lab.links(lab.host())).containsExactly("lo", "theirs", UPLINK);
    }

    @Test
    void theUserChoosesNameAndSettings() {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        EndpointSpec spec = rig.endpoint(
                network,
                Optional.empty(),
                Map.of(InterfaceOptions.NAME, "wan0", InterfaceOptions.SYSCTLS, "net.ipv4.conf.IFNAME.log_martians=1"),
                "10.7.0.2/24");
        Container container = rig.enter(network, spec, rig.driver().createEndpoint(spec));
        assertThat(NetSysctl.read(container.namespace().path(), "net.ipv4.conf.wan0.log_martians"))
                .isEqualTo("1");
    }

    @Test
    void deletesAreIdempotentAndAnEndpointMayBeAttachedAgain() throws IOException {
        onTheWire();
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        Container first = rig.container(network, "10.7.0.2/24");
        rig.driver().detach(network.id(), first.endpoint().endpointId());
        Container second = rig.enter(network, first.endpoint(), first.plan());
        lab.serve(second.namespace(), 80);
        assertThat(lab.ask(lab.remote(), "10.7.0.2", 80)).contains("10.7.0.200");
        rig.remove(second);
        rig.remove(second);
        assertThat(lab.links(second.namespace())).containsExactly("lo");
        rig.driver().deleteNetwork(network.id());
        rig.driver().deleteNetwork(network.id());
        assertClean();
    }

    @Test
    void afterAKillContainersGoOnAndLeftoversGo() throws IOException {
        onTheWire();
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        rig.network(Wanted.net().with(IpvlanOptions.PARENT, VLAN).subnet("10.8.0.0/24"));
        Container server = rig.container(network, "10.7.0.2/24");
        Container lost = rig.container(network, "10.7.0.3/24");
        EndpointSpec halfway = rig.endpoint(network, Optional.empty(), Map.of(), "10.7.0.4/24");
        rig.driver().createEndpoint(halfway);
        rig.driver()
                .attach(
                        network.id(),
                        halfway.endpointId(),
                        new Sandbox("c".repeat(64), lab.namespace().path()));
        lab.serve(server.namespace(), 80);
        rig.restart(List.of(network), List.of(server));
        assertThat(lab.ask(lab.remote(), "10.7.0.2", 80)).contains("10.7.0.200");
        assertClean();
        assertThat(lab.links(lost.namespace())).containsExactly("lo");
        rig.remove(server);
        assertThat(lab.links(server.namespace())).containsExactly("lo");
    }

    private void onTheWire() {
        lab.address(lab.remote(), REMOTE_INTERFACE, "10.7.0.200/24");
        lab.address(lab.remote(), REMOTE_INTERFACE, "fd00:7::200/64");
    }

    private void assertClean() {
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK);
    }
}
