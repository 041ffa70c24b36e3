package io.gantry.network.bridge;

import static io.gantry.network.bridge.Rig.tcp;
import static io.gantry.network.bridge.Rig.udp;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.network.bridge.Rig.Container;
import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.PortMapping;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real packets between real namespaces. */
class BridgeTrafficTest {
    private static final String SUBNET = "10.77.0.0/24";
    private static final String OTHER = "10.78.0.0/24";

    @TempDir
    private Path root;

    private Rig rig;
    private Lab lab;

    @BeforeEach
    void start() {
        rig = new Rig(root);
        lab = rig.lab;
    }

    @AfterEach
    void stop() throws IOException {
        rig.close();
    }

    @Test
    void containersOfOneNetworkReachEachOther() throws IOException {
        NetworkSpec network = rig.network(Map.of(), SUBNET, "fd00:77::/64");
        Container a = rig.container(network, "10.77.0.2/24", "fd00:77::2/64");
        Container b = rig.container(network, "10.77.0.3/24", "fd00:77::3/64");
        lab.serveTcp(b.namespace(), 80);
        assertThat(lab.tcp(a.namespace(), "10.77.0.3", 80)).contains("10.77.0.2");
        assertThat(lab.tcp(a.namespace(), "fd00:77::3", 80)).contains("fd00:77:0:0:0:0:0:2");
    }

    @Test
    void whatLeavesTheNetworkBearsTheHostsAddress() throws IOException {
        Container a = rig.container(rig.network(Map.of(), SUBNET, "fd00:77::/64"), "10.77.0.2/24", "fd00:77::2/64");
        lab.serveTcp(lab.remote, 80);
        lab.serveTcp(lab.host, 81);
        assertThat(lab.tcp(a.namespace(), Lab.REMOTE, 80)).contains(Lab.HOST);
        assertThat(lab.tcp(a.namespace(), Lab.REMOTE6, 80)).contains("2001:db8:0:0:0:0:0:1");
        assertThat(lab.tcp(a.namespace(), "10.77.0.1", 81)).contains("10.77.0.2");
    }

    @Test
    void withoutMasqueradeTheContainersOwnAddressIsSeen() throws IOException {
        Container a = rig.container(rig.network(Map.of(BridgeOptions.MASQUERADE, "false"), SUBNET), "10.77.0.2/24");
        lab.serveTcp(lab.remote, 80);
        assertThat(lab.tcp(a.namespace(), Lab.REMOTE, 80)).contains("10.77.0.2");
    }

    @Test
    void aChosenSourceAddressTakesThePlaceOfTheInterfaces() throws IOException {
        try (var netlink = io.gantry.linux.netlink.Netlink.open(lab.host)) {
            int uplink = netlink.link("uplink").orElseThrow().index();
            netlink.addAddress(uplink, io.gantry.linux.netlink.Cidr.parse("192.0.2.9/24"));
        }
        Container a =
                rig.container(rig.network(Map.of(BridgeOptions.SOURCE_IPV4, "192.0.2.9"), SUBNET), "10.77.0.2/24");
        lab.serveTcp(lab.remote, 80);
        assertThat(lab.tcp(a.namespace(), Lab.REMOTE, 80)).contains("192.0.2.9");
    }

    @ParameterizedTest(name = "br_netfilter {0}")
    @ValueSource(strings = {"0", "1"})
    void aPublishedPortIsReachedFromEverywhere(String bridgeFilter) throws IOException {
        rig.bridgeFilter(bridgeFilter);
        NetworkSpec network = rig.network(Map.of(), SUBNET, "fd00:77::/64");
        Container server = rig.container(network, "10.77.0.2/24", "fd00:77::2/64");
        Container neighbour = rig.container(network, "10.77.0.3/24", "fd00:77::3/64");
        Container stranger = rig.container(rig.network(Map.of(), OTHER), "10.78.0.2/24");
        lab.serveTcp(server.namespace(), 80);
        rig.publish(server, tcp("0.0.0.0", 8080, 80, 1), tcp("::", 8080, 80, 1));
        assertThat(lab.tcp(lab.remote, Lab.HOST, 8080)).contains(Lab.REMOTE);
        assertThat(lab.tcp(lab.remote, Lab.HOST6, 8080)).contains("2001:db8:0:0:0:0:0:2");
        assertThat(lab.tcp(lab.host, Lab.HOST, 8080)).contains(Lab.HOST);
        assertThat(lab.tcp(lab.host, "127.0.0.1", 8080)).contains("10.77.0.1");
        assertThat(lab.tcp(lab.host, "10.77.0.1", 8080)).contains("10.77.0.1");
        assertThat(lab.tcp(lab.host, Lab.HOST6, 8080)).isPresent();
        assertThat(lab.tcp(neighbour.namespace(), Lab.HOST, 8080)).contains("10.77.0.1");
        assertThat(lab.tcp(server.namespace(), Lab.HOST, 8080)).contains("10.77.0.1");
        assertThat(lab.tcp(stranger.namespace(), Lab.HOST, 8080)).isPresent();
        rig.unpublish(server);
        assertThat(lab.tcp(lab.remote, Lab.HOST, 8080)).isEmpty();
    }

    @Test
    void unpublishedPortsAreShutToOtherHostsAndOtherNetworks() throws IOException {
        Container server =
                rig.container(rig.network(Map.of(), SUBNET, "fd00:77::/64"), "10.77.0.2/24", "fd00:77::2/64");
        Container stranger = rig.container(rig.network(Map.of(), OTHER), "10.78.0.2/24");
        lab.serveTcp(server.namespace(), 80);
        rig.publish(server, tcp("0.0.0.0", 8080, 80, 1));
        assertThat(lab.tcp(lab.remote, "10.77.0.2", 80)).isEmpty();
        assertThat(lab.tcp(lab.remote, "fd00:77::2", 80)).isEmpty();
        assertThat(lab.tcp(stranger.namespace(), "10.77.0.2", 80)).isEmpty();
        assertThat(lab.tcp(lab.host, "10.77.0.2", 80)).contains("10.77.0.1");
    }

    @Test
    void anUnprotectedNetworkIsOpenAndARoutedOneAtItsPublishedPortsOnly() throws IOException {
        Container open =
                rig.container(rig.network(Map.of(BridgeOptions.MODE_IPV4, "nat-unprotected"), SUBNET), "10.77.0.2/24");
        Container routed = rig.container(rig.network(Map.of(BridgeOptions.MODE_IPV4, "routed"), OTHER), "10.78.0.2/24");
        lab.serveTcp(open.namespace(), 80);
        lab.serveTcp(routed.namespace(), 80);
        lab.serveTcp(routed.namespace(), 81);
        lab.serveTcp(lab.remote, 90);
        rig.publish(routed, tcp("0.0.0.0", 8080, 80, 1));
        assertThat(lab.tcp(lab.remote, "10.77.0.2", 80)).contains(Lab.REMOTE);
        assertThat(lab.tcp(lab.remote, "10.78.0.2", 80)).contains(Lab.REMOTE);
        assertThat(lab.tcp(open.namespace(), "10.78.0.2", 80)).isPresent();
        assertThat(lab.tcp(lab.remote, "10.78.0.2", 81)).isEmpty();
        assertThat(lab.tcp(lab.remote, Lab.HOST, 8080)).isEmpty();
        assertThat(lab.tcp(routed.namespace(), Lab.REMOTE, 90)).contains("10.78.0.2");
    }

    @Test
    void aPortOfALoopbackAddressIsTheHostsAlone() throws IOException {
        NetworkSpec network = rig.network(Map.of(), SUBNET);
        Container server = rig.container(network, "10.77.0.2/24");
        Container neighbour = rig.container(network, "10.77.0.3/24");
        lab.serveTcp(server.namespace(), 80);
        lab.serveTcp(lab.host, 99);
        rig.publish(server, tcp("127.0.0.1", 8080, 80, 1));
        assertThat(lab.tcp(lab.host, "127.0.0.1", 8080)).contains("10.77.0.1");
        assertThat(lab.tcp(lab.remote, Lab.HOST, 8080)).isEmpty();
        routeLoopbackTo(lab.remote, "eth0", Lab.HOST);
        routeLoopbackTo(neighbour.namespace(), "eth0", "10.77.0.1");
        assertThat(lab.tcp(lab.remote, "127.0.0.1", 8080)).isEmpty();
        assertThat(lab.tcp(neighbour.namespace(), "127.0.0.1", 8080)).isEmpty();
        assertThat(lab.tcp(neighbour.namespace(), "127.0.0.1", 99)).isEmpty();
    }

    @Test
    void nothingEntersOrLeavesAnInternalNetwork() throws IOException {
        NetworkSpec network = rig.spec(true, Map.of(), SUBNET);
        rig.driver().createNetwork(network);
        Container a = rig.container(network, "10.77.0.2/24");
        Container b = rig.container(network, "10.77.0.3/24");
        Container outside = rig.container(rig.network(Map.of(), OTHER), "10.78.0.2/24");
        lab.serveTcp(b.namespace(), 80);
        lab.serveTcp(lab.remote, 80);
        lab.serveTcp(outside.namespace(), 80);
        rig.publish(b, tcp("0.0.0.0", 8080, 80, 1));
        rig.publish(outside, tcp("0.0.0.0", 8081, 80, 1));
        assertThat(a.moved().layer3().gateway4()).isEmpty();
        assertThat(lab.tcp(a.namespace(), "10.77.0.3", 80)).contains("10.77.0.2");
        routeEverythingTo(a, "10.77.0.1");
        assertThat(lab.tcp(a.namespace(), Lab.REMOTE, 80)).isEmpty();
        assertThat(lab.tcp(a.namespace(), Lab.HOST, 8081)).isEmpty();
        assertThat(lab.tcp(lab.remote, Lab.HOST, 8080)).isEmpty();
        assertThat(lab.tcp(lab.remote, "10.77.0.3", 80)).isEmpty();
    }

    @ParameterizedTest(name = "br_netfilter {0}")
    @ValueSource(strings = {"0", "1"})
    void containersOfANetworkWithoutIccReachEachOtherAtPublishedPortsOnly(String bridgeFilter) throws IOException {
        rig.bridgeFilter(bridgeFilter);
        NetworkSpec network = rig.network(Map.of(BridgeOptions.ICC, "false"), SUBNET);
        Container a = rig.container(network, "10.77.0.2/24");
        Container b = rig.container(network, "10.77.0.3/24");
        lab.serveTcp(b.namespace(), 80);
        lab.serveTcp(lab.remote, 80);
        rig.publish(b, tcp("0.0.0.0", 8080, 80, 1));
        assertThat(lab.tcp(a.namespace(), "10.77.0.3", 80)).isEmpty();
        assertThat(lab.tcp(a.namespace(), Lab.HOST, 8080)).isPresent();
        assertThat(lab.tcp(a.namespace(), Lab.REMOTE, 80)).contains(Lab.HOST);
    }

    @Test
    void rangesLeadEachPortToItsOwn() throws IOException {
        Container server = rig.container(rig.network(Map.of(), SUBNET), "10.77.0.2/24");
        lab.serveTcp(server.namespace(), 7003);
        lab.serveTcp(server.namespace(), 9003);
        rig.publish(server, tcp("0.0.0.0", 7000, 7000, 11), tcp(Lab.HOST, 8000, 9000, 11));
        assertThat(lab.tcp(lab.remote, Lab.HOST, 7003)).contains(Lab.REMOTE);
        assertThat(lab.tcp(lab.remote, Lab.HOST, 8003)).contains(Lab.REMOTE);
        assertThat(lab.tcp(lab.host, "127.0.0.1", 7003)).isPresent();
        assertThat(lab.tcp(lab.remote, Lab.HOST, 7004)).isEmpty();
        assertThat(lab.tcp(lab.remote, Lab.HOST, 8004)).isEmpty();
        assertThat(rig.nft("list map inet gantry publish_range_any4")).contains("tcp . 7000-7010 : 10.77.0.2");
        rig.unpublish(server);
        assertThat(rig.nft("list table inet gantry")).doesNotContain("elements = { tcp", "10.77.0.2");
    }

    @Test
    void theSamePortOnDifferentAddressesAndProtocolsLeadsToDifferentContainers() throws IOException {
        NetworkSpec network = rig.network(Map.of(), SUBNET);
        Container a = rig.container(network, "10.77.0.2/24");
        Container b = rig.container(network, "10.77.0.3/24");
        lab.serveTcp(a.namespace(), 80);
        lab.serveUdp(b.namespace(), 80, "b");
        rig.publish(a, tcp("127.0.0.1", 8080, 80, 1), tcp(Lab.HOST, 8080, 80, 1));
        rig.publish(b, udp(Lab.HOST, 8080, 80));
        assertThatThrownBy(() -> rig.publish(b, tcp(Lab.HOST, 8079, 80, 2)))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining(a.endpoint().endpointId());
        assertThat(lab.tcp(lab.remote, Lab.HOST, 8080)).isPresent();
        assertThat(Lab.udp(lab.udpClient(lab.remote), Lab.HOST, 8080)).contains("b " + Lab.REMOTE);
        rig.unpublish(a);
        assertThat(lab.tcp(lab.remote, Lab.HOST, 8080)).isEmpty();
        assertThat(Lab.udp(lab.udpClient(lab.remote), Lab.HOST, 8080)).isPresent();
    }

    @Test
    void aUdpFlowFollowsAPortThatMovesToAnotherContainer() throws IOException {
        NetworkSpec network = rig.network(Map.of(), SUBNET);
        Container a = rig.container(network, "10.77.0.2/24");
        Container b = rig.container(network, "10.77.0.3/24");
        lab.serveUdp(a.namespace(), 53, "a");
        lab.serveUdp(b.namespace(), 53, "b");
        DatagramSocket client = lab.udpClient(lab.remote);
        assertThat(Lab.udp(client, Lab.HOST, 5300)).isEmpty();
        rig.publish(a, udp("0.0.0.0", 5300, 53));
        assertThat(Lab.udp(client, Lab.HOST, 5300)).contains("a " + Lab.REMOTE);
        rig.unpublish(a);
        rig.publish(b, udp("0.0.0.0", 5300, 53));
        assertThat(Lab.udp(client, Lab.HOST, 5300)).contains("b " + Lab.REMOTE);
    }

    @Test
    void aThousandPortsArePublishedAndTakenBackWithoutATrace() throws IOException {
        Container server = rig.container(rig.network(Map.of(), SUBNET), "10.77.0.2/24");
        lab.serveTcp(server.namespace(), 21_999);
        List<PortMapping> mappings = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            mappings.add(tcp("0.0.0.0", 11_000 + i, 21_000 + i, 1));
        }
        String before = rig.nft("list table inet gantry");
        rig.publish(server, mappings.toArray(PortMapping[]::new));
        assertThat(lab.tcp(lab.remote, Lab.HOST, 11_999)).contains(Lab.REMOTE);
        rig.unpublish(server);
        assertThat(rig.nft("list table inet gantry")).isEqualTo(before);
    }

    /** An attacker's set-up: loopback addresses leave by the wire. */
    private void routeLoopbackTo(io.gantry.linux.Fd namespace, String device, String via) {
        io.gantry.linux.netlink.NetSysctl.write(namespace.path(), "net.ipv4.conf." + device + ".route_localnet", "1");
        try (var netlink = io.gantry.linux.netlink.Netlink.open(namespace)) {
            int index = netlink.link(device).orElseThrow().index();
            int lo = netlink.link("lo").orElseThrow().index();
            netlink.deleteAddress(lo, io.gantry.linux.netlink.Cidr.parse("127.0.0.1/8"));
            netlink.addRoute(io.gantry.linux.netlink.Route.via(
                    io.gantry.linux.netlink.Cidr.parse("127.0.0.0/8"),
                    io.gantry.linux.netlink.Cidr.parse(via + "/32").address(),
                    index));
        }
    }

    private static void routeEverythingTo(Container container, String via) {
        try (var netlink = io.gantry.linux.netlink.Netlink.open(container.namespace())) {
            netlink.addRoute(io.gantry.linux.netlink.Route.defaultVia(
                    io.gantry.linux.netlink.Cidr.parse(via + "/32").address(),
                    netlink.link("eth0").orElseThrow().index()));
        }
    }
}
