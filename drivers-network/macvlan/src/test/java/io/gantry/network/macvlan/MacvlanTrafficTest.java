package io.gantry.network.macvlan;

import static io.gantry.tck.network.UplinkLab.REMOTE_INTERFACE;
import static io.gantry.tck.network.UplinkLab.UPLINK;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Fd;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.NetSysctl;
import io.gantry.linux.netlink.Netlink;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.MacAddress;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.support.InterfaceOptions;
import io.gantry.tck.network.UplinkLab;
import io.gantry.tck.network.UplinkRig;
import io.gantry.tck.network.UplinkRig.Container;
import io.gantry.tck.network.UplinkRig.Wanted;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MacvlanTrafficTest {
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
        lab.address(lab.remote(), REMOTE_INTERFACE, "fd00:7::200/64");
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void bridgeContainersReachEachOtherAndTheWireButNotTheHost() throws IOException {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        Container server = rig.container(network, "10.7.0.2/24");
        Container client = rig.container(network, "10.7.0.3/24");
        lab.address(lab.host(), UPLINK, "10.7.0.1/24");
        lab.serve(server.namespace(), 80);
        assertThat(lab.ask(client.namespace(), "10.7.0.2", 80)).contains("10.7.0.3");
        assertThat(lab.ask(lab.remote(), "10.7.0.2", 80)).contains("10.7.0.200");
        assertThat(lab.ask(lab.host(), "10.7.0.2", 80)).isEmpty();
    }

    @Test
    void privateContainersReachTheWireButNotEachOther() throws IOException {
        NetworkSpec network =
                rig.network(NET.with(MacvlanOptions.MODE, "private").subnet(SUBNET));
        Container server = rig.container(network, "10.7.0.2/24");
        Container client = rig.container(network, "10.7.0.3/24");
        lab.serve(server.namespace(), 80);
        lab.reflect(true);
        assertThat(lab.ask(lab.remote(), "10.7.0.2", 80)).contains("10.7.0.200");
        assertThat(lab.ask(client.namespace(), "10.7.0.2", 80)).isEmpty();
    }

    @Test
    void vepaContainersReachEachOtherByASwitchThatReflects() throws IOException {
        NetworkSpec network = rig.network(NET.with(MacvlanOptions.MODE, "vepa").subnet(SUBNET));
        Container server = rig.container(network, "10.7.0.2/24");
        Container client = rig.container(network, "10.7.0.3/24");
        lab.serve(server.namespace(), 80);
        assertThat(lab.ask(client.namespace(), "10.7.0.2", 80)).isEmpty();
        lab.reflect(true);
        assertThat(lab.ask(client.namespace(), "10.7.0.2", 80)).contains("10.7.0.3");
    }

    @Test
    void aPassthruContainerHasTheParentAndGivesItBackAsItWas() throws IOException {
        String before = mac(lab.host(), UPLINK);
        NetworkSpec network =
                rig.network(NET.with(MacvlanOptions.MODE, "passthru").subnet(SUBNET));
        Container server = rig.container(network, "10.7.0.2/24");
        lab.serve(server.namespace(), 80);
        assertThat(lab.ask(lab.remote(), "10.7.0.2", 80)).contains("10.7.0.200");
        assertThat(mac(lab.host(), UPLINK)).isEqualTo(mac(server.namespace(), "eth0"));
        assertThat(server.plan().mac().orElseThrow().value()).isEqualTo(mac(server.namespace(), "eth0"));
        rig.remove(server);
        assertThat(mac(lab.host(), UPLINK)).isEqualTo(before);
        Container next = rig.container(network, "10.7.0.4/24");
        lab.serve(next.namespace(), 80);
        assertThat(lab.ask(lab.remote(), "10.7.0.4", 80)).contains("10.7.0.200");
    }

    @Test
    void networksThatShareAParentShareTheWire() throws IOException {
        Container one = rig.container(rig.network(NET.subnet(SUBNET)), "10.7.0.2/24");
        Container other = rig.container(rig.network(NET.subnet(SUBNET)), "10.7.0.3/24");
        lab.serve(one.namespace(), 80);
        assertThat(lab.ask(other.namespace(), "10.7.0.2", 80)).contains("10.7.0.3");
    }

    @Test
    void theGatewayThatTheUserNamedIsTheWayOut() throws IOException {
        lab.address(lab.remote(), "lo", "198.51.100.1/32");
        lab.address(lab.remote(), "lo", "2001:db8:1::1/128");
        lab.serve(lab.remote(), 80);
        NetworkSpec network = rig.network(NET.subnet(SUBNET, "10.7.0.200").subnet("fd00:7::/64", "fd00:7::200"));
        Container container = rig.container(network, "10.7.0.2/24", "fd00:7::2/64");
        assertThat(lab.ask(container.namespace(), "198.51.100.1", 80)).contains("10.7.0.2");
        assertThat(lab.ask(container.namespace(), "2001:db8:1::1", 80)).contains("fd00:7:0:0:0:0:0:2");
    }

    @Test
    void withoutAGatewayOrOnAnInternalNetworkThereIsNoDefaultRoute() throws IOException {
        lab.serve(lab.remote(), 80);
        NetworkSpec plain = rig.network(NET.subnet(SUBNET));
        NetworkSpec internal = rig.network(NET.closed().subnet(SUBNET, "10.7.0.200"));
        for (Container container :
                new Container[] {rig.container(plain, "10.7.0.2/24"), rig.container(internal, "10.7.0.3/24")}) {
            assertThat(lab.routes(container.namespace())).noneMatch(route -> route.startsWith("default"));
            assertThat(lab.ask(container.namespace(), "10.7.0.200", 80)).isPresent();
        }
    }

    @Test
    void anEndpointOfOneOfSeveralSubnetsHasThatSubnetsGateway() {
        NetworkSpec network = rig.network(NET.subnet(SUBNET, "10.7.0.200").subnet("10.8.0.0/24", "10.8.0.200"));
        Container container = rig.container(network, "10.8.0.2/24");
        assertThat(lab.routes(container.namespace())).anyMatch(route -> route.startsWith("default via 10.8.0.200"));
    }

    @Test
    void ipv6AloneWorks() throws IOException {
        NetworkSpec network = rig.network(NET.subnet("fd00:7::/64"));
        Container server = rig.container(network, "fd00:7::2/64");
        lab.serve(server.namespace(), 80);
        assertThat(lab.ask(lab.remote(), "fd00:7::2", 80)).contains("fd00:7:0:0:0:0:0:200");
    }

    @Test
    void theUserChoosesMacAddressNameAndSettings() {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        MacAddress chosen = new MacAddress("02:00:00:00:00:07");
        EndpointSpec spec = rig.endpoint(
                network,
                Optional.of(chosen),
                Map.of(InterfaceOptions.NAME, "wan0", InterfaceOptions.SYSCTLS, "net.ipv4.conf.IFNAME.log_martians=1"),
                "10.7.0.2/24");
        Container container = rig.enter(network, spec, rig.driver().createEndpoint(spec));
        assertThat(container.plan().mac()).contains(chosen);
        assertThat(mac(container.namespace(), "wan0")).isEqualTo(chosen.value());
        assertThat(NetSysctl.read(container.namespace().path(), "net.ipv4.conf.wan0.log_martians"))
                .isEqualTo("1");
        Container other = rig.container(network, "10.7.0.3/24");
        assertThat(other.plan().mac()).contains(new MacAddress("02:42:0a:07:00:03"));
    }

    @Test
    void theHostAndContainersReachEachOtherByTheAddressSetAsideForIt() throws IOException {
        lab.address(lab.host(), UPLINK, "10.7.0.1/24");
        lab.serve(lab.host(), 80);
        lab.serve(lab.remote(), 80);
        NetworkSpec network = rig.network(NET.with(MacvlanOptions.HOST_ADDRESSES, "10.7.0.250, fd00:7::250")
                .subnetWithAuxiliary(SUBNET, "10.7.0.250")
                .subnetWithAuxiliary("fd00:7::/64", "fd00:7::250"));
        Container container = rig.container(network, "10.7.0.2/24", "fd00:7::2/64");
        lab.serve(container.namespace(), 80);
        assertThat(lab.ask(lab.host(), "10.7.0.2", 80)).contains("10.7.0.250");
        assertThat(lab.ask(lab.host(), "fd00:7::2", 80)).contains("fd00:7:0:0:0:0:0:250");
        assertThat(lab.ask(container.namespace(), "10.7.0.250", 80)).contains("10.7.0.2");
        assertThat(lab.ask(container.namespace(), "fd00:7::250", 80)).contains("fd00:7:0:0:0:0:0:2");
        assertThat(lab.ask(lab.host(), "10.7.0.200", 80))
                .as("other machines are reached as before")
                .contains("10.7.0.1");
        rig.remove(container);
        assertThat(lab.routes(lab.host())).noneMatch(route -> route.startsWith("10.7.0.2/32"));
        rig.driver().deleteNetwork(network.id());
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK);
    }

    private static String mac(Fd namespace, String link) {
        try (Netlink netlink = Netlink.open(namespace)) {
            return netlink.link(link).flatMap(Link::mac).orElseThrow().toString();
        }
    }
}
