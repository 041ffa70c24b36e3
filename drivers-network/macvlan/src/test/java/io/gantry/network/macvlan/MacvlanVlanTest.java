package io.gantry.network.macvlan;

import static io.gantry.tck.network.UplinkLab.REMOTE_INTERFACE;
import static io.gantry.tck.network.UplinkLab.UPLINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Fd;
import io.gantry.linux.netlink.LinkChange;
import io.gantry.linux.netlink.Netlink;
import io.gantry.linux.netlink.VlanSpec;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.tck.network.UplinkLab;
import io.gantry.tck.network.UplinkRig;
import io.gantry.tck.network.UplinkRig.Container;
import io.gantry.tck.network.UplinkRig.Wanted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** VLANs and dummy links as parents. */
@Tag("vlan")
class MacvlanVlanTest {
    private static final String SUBNET = "10.7.0.0/24";
    private static final String VLAN = UPLINK + ".10";
    private static final Wanted TRUNK = Wanted.net().with(MacvlanOptions.PARENT, VLAN);

    @TempDir
    private Path root;

    private UplinkRig rig;
    private UplinkLab lab;

    @BeforeAll
    static void assumeTheKernelHasThem() {
        UplinkLab.assumeVlans();
    }

    @BeforeEach
    void start() {
        rig = new UplinkRig(new MacvlanProvider(), root);
        lab = rig.lab();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void framesOfATrunkAreTagged() throws IOException {
        vlan(lab.remote(), REMOTE_INTERFACE, 10, "10.7.0.200/24");
        vlan(lab.remote(), REMOTE_INTERFACE, 20, "10.8.0.200/24");
        lab.address(lab.remote(), REMOTE_INTERFACE, "10.9.0.200/24");
        lab.serve(lab.remote(), 80);
        NetworkSpec ten = rig.network(TRUNK.subnet(SUBNET).subnet("10.9.0.0/24"));
        NetworkSpec twenty = rig.network(
                Wanted.net().with(MacvlanOptions.PARENT, UPLINK + ".20").subnet("10.8.0.0/24"));
        Container inTen = rig.container(ten, "10.7.0.2/24");
        Container inTwenty = rig.container(twenty, "10.8.0.2/24");
        Container untagged = rig.container(ten, "10.9.0.2/24");
        assertThat(lab.ask(inTen.namespace(), "10.7.0.200", 80)).contains("10.7.0.2");
        assertThat(lab.ask(inTwenty.namespace(), "10.8.0.200", 80)).contains("10.8.0.2");
        assertThat(lab.ask(untagged.namespace(), "10.9.0.200", 80)).isEmpty();
    }

    @Test
    void aVlanGoesWithTheLastNetworkOnIt() {
        NetworkSpec first = rig.network(TRUNK.subnet(SUBNET));
        NetworkSpec second = rig.network(TRUNK.subnet("10.8.0.0/24"));
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK, VLAN);
        rig.driver().deleteNetwork(first.id());
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK, VLAN);
        rig.driver().deleteNetwork(second.id());
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK);
    }

    @Test
    void whoeverDeletesTheLastNetworkAfterAKillDeletesTheVlan() {
        NetworkSpec first = rig.network(TRUNK.subnet(SUBNET));
        NetworkSpec second = rig.network(TRUNK.subnet("10.8.0.0/24"));
        rig.network(Wanted.net().with(MacvlanOptions.PARENT, UPLINK + ".20").subnet("10.9.0.0/24"));
        rig.restart(List.of(first, second), List.of());
        assertThat(lab.links(lab.host()))
                .as("the VLAN that no network has is gone")
                .containsExactly("lo", UPLINK, VLAN);
        rig.driver().deleteNetwork(second.id());
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK, VLAN);
        rig.driver().deleteNetwork(first.id());
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK);
    }

    @Test
    void aUsersOwnVlanIsUsedAndKept() {
        vlan(lab.host(), UPLINK, 10, "10.7.0.1/24");
        NetworkSpec network = rig.network(TRUNK.subnet(SUBNET));
        rig.restart(List.of(network), List.of());
        rig.driver().deleteNetwork(network.id());
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK, VLAN);
    }

    @Test
    void aVlanThatIsGoneIsMadeAgainAtTheStartOrWithTheNextContainer() throws IOException {
        vlan(lab.remote(), REMOTE_INTERFACE, 10, "10.7.0.200/24");
        lab.serve(lab.remote(), 80);
        NetworkSpec network = rig.network(TRUNK.subnet(SUBNET));
        delete(VLAN);
        rig.restart(List.of(network), List.of());
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK, VLAN);
        delete(VLAN);
        Container container = rig.container(network, "10.7.0.2/24");
        assertThat(lab.ask(container.namespace(), "10.7.0.200", 80)).contains("10.7.0.2");
        rig.remove(container);
        rig.driver().deleteNetwork(network.id());
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK);
    }

    @Test
    void aVlanOnAnInterfaceThatIsDownIsRefusedAndLeavesNothing() {
        try (Netlink netlink = Netlink.open(lab.host())) {
            netlink.change(LinkChange.of(UPLINK).down());
        }
        NetworkSpec network = rig.spec(TRUNK.subnet(SUBNET));
        assertThatThrownBy(() -> rig.driver().createNetwork(network))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("failed to create the macvlan parent link up0.10: network is down")
                .hasMessageContaining("set that up first");
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK);
    }

    @Test
    void aNetworkThatTheHostCannotBeOnLeavesNoVlanAndAnothersLinkAsItWas() {
        NetworkSpec network = rig.spec(
                TRUNK.with(MacvlanOptions.HOST_ADDRESSES, "10.7.0.250").subnetWithAuxiliary(SUBNET, "10.7.0.250"));
        String taken = "mh-" + network.id().substring(0, 12);
        try (Netlink netlink = Netlink.open(lab.host())) {
            netlink.createDummy(taken);
        }
        assertThatThrownBy(() -> rig.driver().createNetwork(network))
                .isInstanceOf(IoFailureException.class)
                .hasMessageContaining("a link of another's has that name");
        assertThat(lab.links(lab.host())).containsExactly("lo", taken, UPLINK);
    }

    @Test
    void withoutAParentContainersReachEachOtherAndNothingElse() throws IOException {
        lab.address(lab.remote(), REMOTE_INTERFACE, "10.7.0.200/24");
        lab.serve(lab.remote(), 80);
        NetworkSpec network = rig.network(Wanted.net().subnet(SUBNET, "10.7.0.200"));
        String dummy = "dm-" + network.id().substring(0, 12);
        assertThat(lab.links(lab.host())).containsExactly(dummy, "lo", UPLINK);
        Container server = rig.container(network, "10.7.0.2/24");
        Container client = rig.container(network, "10.7.0.3/24");
        lab.serve(server.namespace(), 80);
        assertThat(lab.ask(client.namespace(), "10.7.0.2", 80)).contains("10.7.0.3");
        assertThat(lab.ask(client.namespace(), "10.7.0.200", 80)).isEmpty();
        assertThat(lab.routes(client.namespace())).noneMatch(route -> route.startsWith("default"));
        rig.remove(server);
        rig.remove(client);
        rig.driver().deleteNetwork(network.id());
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK);
    }

    private static void vlan(Fd namespace, String parent, int id, String address) {
        try (Netlink netlink = Netlink.open(namespace)) {
            int index = netlink.createVlan(new VlanSpec(
                            parent + "." + id,
                            netlink.link(parent).orElseThrow().index(),
                            id))
                    .index();
            netlink.setUp(index);
            netlink.addAddress(index, io.gantry.linux.netlink.Cidr.parse(address));
        }
    }

    private void delete(String link) {
        try (Netlink netlink = Netlink.open(lab.host())) {
            netlink.deleteLink(link);
        }
    }
}
