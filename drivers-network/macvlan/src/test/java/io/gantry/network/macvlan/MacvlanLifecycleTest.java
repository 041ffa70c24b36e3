package io.gantry.network.macvlan;

import static io.gantry.tck.network.UplinkLab.REMOTE_INTERFACE;
import static io.gantry.tck.network.UplinkLab.UPLINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.netlink.LinkChange;
import io.gantry.linux.netlink.MacvlanMode;
import io.gantry.linux.netlink.MacvlanSpec;
import io.gantry.linux.netlink.Netlink;
import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.DriverException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Probe;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.MacAddress;
import io.gantry.spi.network.NetworkDriverProvider;
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
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MacvlanLifecycleTest {
    private static final String SUBNET = "10.7.0.0/24";
    private static final Wanted NET = Wanted.net().with(MacvlanOptions.PARENT, UPLINK);

    @TempDir
    private Path root;

    private UplinkRig rig;
    private UplinkLab lab;

    @BeforeEach
    void start() {
        rig = new UplinkRig(new MacvlanProvider(), root);
        lab = rig.lab();
        lab.address(lab.remote(), REMOTE_INTERFACE, "10.7.0.200/24");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void theProviderIsFoundAndItsProbeLeavesNothingBehind() {
        NetworkDriverProvider provider = ServiceLoader.load(NetworkDriverProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(candidate -> candidate.name().equals("macvlan"))
                .findFirst()
                .orElseThrow();
        assertThat(provider.probe(rig.context())).isInstanceOf(Probe.Supported.class);
        assertThat(provider.choosesGateway()).isFalse();
        assertClean();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "parent       | lo       | loopback interface is not a valid macvlan parent link",
                "parent       | eth7     | invalid subinterface vlan name eth7, example formatting is eth0.10",
                "parent       | eth7.10  | -o parent interface was not found on the host: eth7",
                "parent       | up0.5000 | vlan id must be between 1-4094, received: 5000",
                "macvlan_mode | source   | requested macvlan mode 'source' is not valid, 'bridge' mode is the macvlan driver default",
                "gantry.macvlan.host_addresses | 10.7.0.9 | a container could get the host's address 10.7.0.9",
                "gantry.macvlan.host_addresses | host     | invalid IP address: host"
            })
    void optionsThatCannotBeRightAreRefusedAndLeaveNothing(String key, String value, String message) {
        NetworkSpec network = rig.spec(NET.with(key, value).subnet(SUBNET));
        assertThatThrownBy(() -> rig.driver().createNetwork(network))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining(message);
        rig.driver().deleteNetwork(network.id());
        assertClean();
    }

    /** Where the kernel has them, {@link MacvlanVlanTest} shows that they are made. */
    @ParameterizedTest
    @CsvSource({"'', dummy", "up0.10, 8021q"})
    void aKernelWithoutVlansOrDummyLinksIsToldWithTheRemedy(String parent, String module) {
        NetworkSpec network =
                rig.spec(Wanted.net().with(MacvlanOptions.PARENT, parent).subnet(SUBNET));
        try {
            rig.driver().createNetwork(network);
        } catch (UnsupportedException e) {
            assertThat(e).hasMessageContaining("load the module " + module);
            assertClean();
            return;
        }
        assertThat(lab.links(lab.host())).hasSize(3);
    }

    @Test
    void theHostIsOnNetworksOfModeBridgeOnly() {
        NetworkSpec network = rig.spec(NET.with(MacvlanOptions.MODE, "private")
                .with(MacvlanOptions.HOST_ADDRESSES, "10.7.0.250")
                .subnetWithAuxiliary(SUBNET, "10.7.0.250"));
        assertThatThrownBy(() -> rig.driver().createNetwork(network))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("in mode bridge only");
    }

    @Test
    void passthruHasItsParentAlone() {
        NetworkSpec bridge = rig.network(NET.subnet(SUBNET));
        NetworkSpec passthru =
                rig.spec(NET.with(MacvlanOptions.MODE, "passthru").subnet("10.8.0.0/24"));
        assertThatThrownBy(() -> rig.driver().createNetwork(passthru))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("cannot use mode passthru, macvlan network " + bridge.id()
                        + " is already using parent interface " + UPLINK);
        rig.driver().deleteNetwork(bridge.id());
        rig.driver().createNetwork(passthru);
        assertThatThrownBy(() -> rig.driver().createNetwork(bridge))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("macvlan network " + passthru.id() + " is already using parent interface "
                        + UPLINK + " in mode passthru");
    }

    @Test
    void aSecondContainerOnAPassthruNetworkIsRefused() {
        NetworkSpec network =
                rig.network(NET.with(MacvlanOptions.MODE, "passthru").subnet(SUBNET));
        rig.container(network, "10.7.0.2/24");
        EndpointSpec second = rig.endpoint(network, Optional.empty(), Map.of(), "10.7.0.3/24");
        EndpointPlan plan = rig.driver().createEndpoint(second);
        assertThatThrownBy(() -> rig.enter(network, second, plan))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("failed to create the macvlan port on " + UPLINK);
        assertClean();
    }

    @Test
    void aParentThatIsABridgesPortIsRefused() {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        try (Netlink netlink = Netlink.open(lab.host())) {
            int bridge = netlink.createBridge(io.gantry.linux.netlink.BridgeSpec.of("br0"))
                    .index();
            netlink.setMaster(netlink.link(UPLINK).orElseThrow().index(), bridge);
        }
        assertThatThrownBy(() -> rig.container(network, "10.7.0.2/24"))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("device or resource busy");
    }

    @Test
    void aParentThatIsDownIsNamedWithTheRemedy() {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        try (Netlink netlink = Netlink.open(lab.host())) {
            netlink.change(LinkChange.of(UPLINK).down());
        }
        assertThatThrownBy(() -> rig.container(network, "10.7.0.2/24"))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("the parent interface up0 is down")
                .hasMessageContaining("ip link set up0 up");
        lab.setUp(lab.host(), UPLINK);
        assertThat(rig.container(network, "10.7.0.3/24").name()).isEqualTo("eth0");
    }

    @Test
    void aParentThatIsGoneIsNamed() {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        try (Netlink netlink = Netlink.open(lab.host())) {
            netlink.deleteLink(UPLINK);
        }
        assertThatThrownBy(() -> rig.container(network, "10.7.0.2/24"))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("invalid subinterface vlan name up0");
        rig.driver().deleteNetwork(rig.spec(NET).id());
    }

    @Test
    void anEndpointThatTheKernelRefusesLeavesNothingAndMayBeAttachedAgain() {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        EndpointSpec multicast =
                rig.endpoint(network, Optional.of(new MacAddress("01:00:5e:00:00:01")), Map.of(), "10.7.0.2/24");
        EndpointPlan plan = rig.driver().createEndpoint(multicast);
        assertThatThrownBy(() -> rig.enter(network, multicast, plan)).isInstanceOf(DriverException.class);
        assertClean();
        rig.driver().deleteEndpoint(network.id(), multicast.endpointId());
        EndpointSpec wrong =
                rig.endpoint(network, Optional.empty(), Map.of(InterfaceOptions.SYSCTLS, "kernel.panic=1"), SUBNET);
        assertThatThrownBy(() -> rig.driver().createEndpoint(wrong)).isInstanceOf(InvalidArgumentException.class);
        assertThat(rig.container(network, "10.7.0.2/24").name()).isEqualTo("eth0");
    }

    @Test
    void idsAreUsedOnceAndWhatIsUnknownIsNotFound() {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        assertThatThrownBy(() -> rig.driver().createNetwork(network)).isInstanceOf(AlreadyExistsException.class);
        Container container = rig.container(network, "10.7.0.2/24");
        assertThatThrownBy(() -> rig.driver().createEndpoint(container.endpoint()))
                .isInstanceOf(AlreadyExistsException.class);
        EndpointSpec stray = rig.endpoint(rig.spec(NET), Optional.empty(), Map.of(), "10.7.0.3/24");
        assertThatThrownBy(() -> rig.driver().createEndpoint(stray)).isInstanceOf(NotFoundException.class);
        Sandbox sandbox = new Sandbox("c".repeat(64), lab.remote().path());
        assertThatThrownBy(() -> rig.driver().attach(network.id(), "e".repeat(64), sandbox))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void aNetworkWithEndpointsIsNotDeletedAndDeletesAreIdempotent() {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        Container container = rig.container(network, "10.7.0.2/24");
        assertThatThrownBy(() -> rig.driver().deleteNetwork(network.id()))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("network has active endpoints");
        rig.remove(container);
        rig.remove(container);
        assertThat(lab.links(container.namespace())).containsExactly("lo");
        assertThat(rig.driver().endpointInfo(network.id(), container.endpoint().endpointId()))
                .isEmpty();
        rig.driver().deleteNetwork(network.id());
        rig.driver().deleteNetwork(network.id());
        assertClean();
    }

    @Test
    void anEndpointWhoseSandboxIsGoneIsTakenApart() {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        Container container = rig.container(network, "10.7.0.2/24");
        container.namespace().close();
        rig.remove(container);
        rig.driver().deleteNetwork(network.id());
        assertClean();
    }

    @Test
    void aDetachedEndpointMayBeAttachedToAnotherSandbox() throws IOException {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        Container first = rig.container(network, "10.7.0.2/24");
        rig.driver().detach(network.id(), first.endpoint().endpointId());
        Container second = rig.enter(network, first.endpoint(), first.plan());
        lab.serve(second.namespace(), 80);
        assertThat(lab.ask(lab.remote(), "10.7.0.2", 80)).contains("10.7.0.200");
        assertThat(lab.links(first.namespace())).containsExactly("lo");
    }

    @Test
    void afterAKillContainersGoOnAndCanBeDisconnectedAndLeftoversGo() throws IOException {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        NetworkSpec forgotten = rig.network(
                NET.with(MacvlanOptions.HOST_ADDRESSES, "10.8.0.250").subnetWithAuxiliary("10.8.0.0/24", "10.8.0.250"));
        Container server = rig.container(network, "10.7.0.2/24");
        Container lost = rig.container(forgotten, "10.8.0.2/24");
        EndpointSpec halfway = rig.endpoint(network, Optional.empty(), Map.of(), "10.7.0.4/24");
        rig.driver().createEndpoint(halfway);
        rig.driver()
                .attach(
                        network.id(),
                        halfway.endpointId(),
                        new Sandbox("c".repeat(64), lab.namespace().path()));
        try (Netlink netlink = Netlink.open(lab.host())) {
            netlink.createMacvlan(
                    MacvlanSpec.of("theirs", netlink.link(UPLINK).orElseThrow().index(), MacvlanMode.BRIDGE));
        }
        lab.serve(server.namespace(), 80);
        rig.restart(List.of(network), List.of(server));
        assertThat(lab.ask(lab.remote(), "10.7.0.2", 80)).contains("10.7.0.200");
        assertThat(lab.links(lab.host())).containsExactly("lo", "theirs", UPLINK);
        assertThat(lab.links(lost.namespace())).containsExactly("lo");
        rig.remove(server);
        assertThat(lab.links(server.namespace())).containsExactly("lo");
        rig.driver().deleteNetwork(network.id());
        assertThat(lab.links(lab.host())).containsExactly("lo", "theirs", UPLINK);
    }

    @Test
    void afterARestartTheHostReachesContainersAgain() throws IOException {
        NetworkSpec network = rig.network(
                NET.with(MacvlanOptions.HOST_ADDRESSES, "10.7.0.250").subnetWithAuxiliary(SUBNET, "10.7.0.250"));
        Container server = rig.container(network, "10.7.0.2/24");
        lab.serve(server.namespace(), 80);
        try (Netlink netlink = Netlink.open(lab.host())) {
            netlink.deleteLink("mh-" + network.id().substring(0, 12));
        }
        rig.restart(List.of(network), List.of(server));
        assertThat(lab.ask(lab.host(), "10.7.0.2", 80)).contains("10.7.0.250");
    }

    @Test
    void aNetworkWhoseParentIsMissingAtTheStartWorksOnceItIsThere() {
        NetworkSpec network =
                rig.spec(Wanted.net().with(MacvlanOptions.PARENT, "late0").subnet(SUBNET));
        rig.restart(List.of(network), List.of());
        try (Netlink netlink = Netlink.open(lab.host())) {
            int index = netlink.link(UPLINK).orElseThrow().index();
            netlink.setDown(index);
            netlink.rename(index, "late0");
        }
        lab.setUp(lab.host(), "late0");
        assertThat(rig.container(network, "10.7.0.2/24").name()).isEqualTo("eth0");
    }

    private void assertClean() {
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK);
    }
}
