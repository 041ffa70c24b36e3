package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AddressesTest {

    private static final Cidr V4 = Cidr.parse("172.30.0.2/16");
    private static final Cidr V6 = Cidr.parse("fd00:30::2/64");
    private static final InetAddress GATEWAY4 = AddressText.parse("172.30.0.1");
    private static final InetAddress GATEWAY6 = AddressText.parse("fd00:30::1");
    private static final MacAddress MAC = MacAddress.parse("02:42:ac:1e:00:01");

    private final TestNamespace namespace = new TestNamespace();
    private final Netlink netlink = namespace.netlink();
    private int link;

    @BeforeEach
    void makeALinkThatIsUp() {
        link = netlink.createVeth(VethSpec.of("eth0", VethSpec.Peer.of("other")).withUp())
                .index();
        netlink.change(LinkChange.of("other").up());
    }

    @AfterEach
    void close() {
        netlink.close();
        namespace.close();
    }

    @Test
    void addressesOfBothFamiliesAreAddedListedAndDeleted() {
        netlink.addAddress(link, V4);
        netlink.addAddress(link, V6, AddressFlag.NODAD);

        List<LinkAddress> addresses = netlink.addresses(link);
        assertThat(addresses).anySatisfy(address -> {
            assertThat(address.cidr()).isEqualTo(V4);
            assertThat(address.scope()).isEqualTo(AddressScope.UNIVERSE);
            assertThat(address.broadcast()).contains(AddressText.parse("172.30.255.255"));
            assertThat(address.label()).contains("eth0");
        });
        assertThat(addresses).anySatisfy(address -> {
            assertThat(address.cidr()).isEqualTo(V6);
            assertThat(address.flags())
                    .contains(AddressFlag.NODAD, AddressFlag.PERMANENT)
                    .doesNotContain(AddressFlag.TENTATIVE);
        });

        assertThat(netlink.deleteAddress(link, V4)).isTrue();
        assertThat(netlink.deleteAddress(link, V6)).isTrue();
        assertThat(netlink.deleteAddress(link, V4)).isFalse();
        assertThat(netlink.addresses(link))
                .noneSatisfy(address -> assertThat(address.scope()).isEqualTo(AddressScope.UNIVERSE));
    }

    @Test
    void anAddressKeepsTheScopeItWasGiven() {
        netlink.addAddress(LinkAddress.of(link, V4).withScope(AddressScope.HOST));
        assertThat(netlink.addresses(link)).anySatisfy(address -> {
            assertThat(address.cidr()).isEqualTo(V4);
            assertThat(address.scope()).isEqualTo(AddressScope.HOST);
        });
    }

    @Test
    void anAddressCannotBeAddedTwice() {
        netlink.addAddress(link, V4);
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> netlink.addAddress(link, V4))
                .withMessageContaining("add address 172.30.0.2/16")
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
    }

    @Test
    void defaultRoutesGoByTheGateway() {
        netlink.addAddress(link, V4);
        netlink.addAddress(link, V6, AddressFlag.NODAD);
        netlink.addRoute(Route.defaultVia(GATEWAY4, link));
        netlink.addRoute(Route.defaultVia(GATEWAY6, link).withMetric(512));

        assertThat(netlink.routes()).anySatisfy(route -> {
            assertThat(route.destination()).isEqualTo(Cidr.ANY_IPV4);
            assertThat(route.gateway()).contains(GATEWAY4);
            assertThat(route.linkIndex()).hasValue(link);
        });
        assertThat(netlink.routes()).anySatisfy(route -> {
            assertThat(route.destination()).isEqualTo(Cidr.ANY_IPV6);
            assertThat(route.gateway()).contains(GATEWAY6);
            assertThat(route.metric()).hasValue(512);
        });
        assertThat(netlink.routes())
                .as("the connected ones that came with the addresses")
                .anySatisfy(route -> assertThat(route.destination()).isEqualTo(V4.network()))
                .anySatisfy(route -> assertThat(route.destination()).isEqualTo(V6.network()));
        assertThat(netlink.routeTo(AddressText.parse("8.8.8.8")).orElseThrow().gateway())
                .contains(GATEWAY4);

        assertThat(netlink.deleteRoute(Route.defaultVia(GATEWAY4, link))).isTrue();
        assertThat(netlink.deleteRoute(Route.defaultVia(GATEWAY4, link))).isFalse();
        assertThat(netlink.deleteRoute(Route.defaultVia(GATEWAY6, link))).isTrue();
        assertThat(netlink.routeTo(AddressText.parse("8.8.8.8"))).isEmpty();
    }

    @Test
    void routesAreReplacedByDestinationAndMetric() {
        netlink.addAddress(link, V4);
        Cidr far = Cidr.parse("10.20.0.0/16");
        netlink.addRoute(Route.via(far, GATEWAY4, link));
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> netlink.addRoute(Route.via(far, GATEWAY4, link)))
                .withMessageContaining("add route 10.20.0.0/16 via 172.30.0.1 dev #" + link)
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
        netlink.replaceRoute(Route.connected(far, link).withSource(V4.address()));

        assertThat(netlink.routes().stream().filter(route -> route.destination().equals(far)))
                .singleElement()
                .satisfies(route -> {
                    assertThat(route.gateway()).isEmpty();
                    assertThat(route.scope()).isEqualTo(AddressScope.LINK);
                    assertThat(route.source()).contains(V4.address());
                });
    }

    @Test
    void anOnlinkGatewayNeedsNoConnectedNetwork() {
        InetAddress stranger = AddressText.parse("192.0.2.1");
        netlink.addAddress(link, Cidr.parse("172.30.0.2/32"));
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> netlink.addRoute(Route.defaultVia(stranger, link)))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ENETUNREACH))
                .withMessageContaining("Nexthop has invalid gateway");
        netlink.addRoute(Route.defaultVia(stranger, link).withOnlink());
        assertThat(netlink.routes()).anySatisfy(route -> {
            assertThat(route.gateway()).contains(stranger);
            assertThat(route.onlink()).isTrue();
        });
    }

    @Test
    void routesLiveInOtherTablesAndAsBlackholes() {
        Cidr far = Cidr.parse("10.30.0.0/16");
        netlink.addRoute(Route.blackhole(far).withTable(1000));
        assertThat(netlink.routes())
                .noneSatisfy(route -> assertThat(route.destination()).isEqualTo(far));
        assertThat(netlink.routes(1000)).singleElement().satisfies(route -> {
            assertThat(route.type()).isEqualTo(Route.Type.BLACKHOLE);
            assertThat(route.destination()).isEqualTo(far);
        });
        assertThat(netlink.deleteRoute(Route.blackhole(far).withTable(1000))).isTrue();
    }

    @Test
    void aRouteOfTwoFamiliesIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> netlink.addRoute(Route.via(Cidr.ANY_IPV6, GATEWAY4, link)))
                .withMessageContaining("mixes");
    }

    @Test
    void neighboursOfBothFamiliesArePutListedAndDeleted() {
        for (InetAddress address : List.of(GATEWAY4, GATEWAY6)) {
            Neighbour neighbour = Neighbour.permanent(link, address, MAC);
            netlink.putNeighbour(neighbour);
            netlink.putNeighbour(neighbour);
            assertThat(netlink.neighbours(link)).contains(neighbour);
            assertThat(netlink.deleteNeighbour(neighbour)).isTrue();
            assertThat(netlink.deleteNeighbour(neighbour)).isFalse();
        }
    }

    @Test
    void forwardingEntriesOfABridgePortArePutListedAndDeleted() {
        Link bridge = netlink.createBridge(BridgeSpec.of("br0"));
        netlink.setMaster(link, bridge.index());
        ForwardingEntry entry = ForwardingEntry.onPort(link, MAC);
        netlink.putForwarding(entry);
        assertThat(netlink.forwarding()).anySatisfy(listed -> {
            assertThat(listed.mac()).isEqualTo(MAC);
            assertThat(listed.linkIndex()).isEqualTo(link);
            assertThat(listed.owner()).isEqualTo(ForwardingEntry.Owner.MASTER);
            assertThat(listed.bridge()).hasValue(bridge.index());
        });
        assertThat(netlink.deleteForwarding(entry)).isTrue();
        assertThat(netlink.deleteForwarding(entry)).isFalse();
    }
}
