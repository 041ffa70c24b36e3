package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinksTest {

    private static final MacAddress MAC = MacAddress.parse("02:42:ac:11:00:02");

    private final TestNamespace host = new TestNamespace();
    private final TestNamespace box = new TestNamespace();
    private final Netlink netlink = host.netlink();
    private final Netlink inside = box.netlink();

    @AfterEach
    void close() {
        netlink.close();
        inside.close();
        host.close();
        box.close();
    }

    @Test
    void aFreshNamespaceHasALoopbackDeviceThatIsDown() {
        assertThat(netlink.links()).singleElement().satisfies(link -> {
            assertThat(link.name()).isEqualTo("lo");
            assertThat(link.isLoopback()).isTrue();
            assertThat(link.isUp()).isFalse();
            assertThat(link.kind()).isEmpty();
        });
    }

    @Test
    void oneMessageMakesAPairOnABridgeWithItsPeerInAnotherNamespaceUnderItsFinalName() {
        Link bridge = netlink.createBridge(BridgeSpec.of("br0").withUp());
        VethSpec.Peer peer = VethSpec.Peer.of("eth0").withMac(MAC).withMtu(1400).in(box.fd());
        Link veth = netlink.createVeth(VethSpec.of("veth0", peer)
                .withMtu(1400)
                .withMaster(bridge.index())
                .withUp());

        assertThat(veth.isKind("veth")).isTrue();
        assertThat(veth.mtu()).isEqualTo(1400);
        assertThat(veth.master()).hasValue(bridge.index());
        assertThat(veth.netnsId()).isPresent();
        Link eth0 = inside.link("eth0").orElseThrow();
        assertThat(veth.linkIndex()).hasValue(eth0.index());
        assertThat(eth0.mac()).contains(MAC);
        assertThat(eth0.mtu()).isEqualTo(1400);

        inside.setUp(eth0.index());
        assertThat(inside.link(eth0.index()).orElseThrow().isUp()).isTrue();
        assertThat(inside.link(eth0.index()).orElseThrow().hasCarrier()).isTrue();
    }

    @Test
    void bothEndsOfAPairCanStayHere() {
        Link a = netlink.createVeth(VethSpec.of("a", VethSpec.Peer.of("b")).withMac(MAC));
        Link b = netlink.link("b").orElseThrow();
        assertThat(a.linkIndex()).hasValue(b.index());
        assertThat(a.netnsId()).isEmpty();
        assertThat(a.mac()).contains(MAC);
        assertThat(a.isUp()).isFalse();
    }

    @Test
    void aBridgeKeepsTheSettingsItWasMadeWith() {
        Link bridge = netlink.createBridge(BridgeSpec.of("br0")
                .withMac(MAC)
                .withMtu(1400)
                .withSettings(BridgeSettings.unchanged().withStp(false).withAgeing(Duration.ofSeconds(77))));
        netlink.createVeth(VethSpec.of("a", VethSpec.Peer.of("b")).withMaster(bridge.index()));

        Link read = netlink.link("br0").orElseThrow();
        assertThat(read.isKind("bridge")).isTrue();
        assertThat(read.mac()).contains(MAC);
        assertThat(read.mtu()).as("fixed, though the port has 1500").isEqualTo(1400);
        assertThat(read.bridge().orElseThrow().stp()).contains(false);
        assertThat(read.bridge().orElseThrow().ageing()).contains(Duration.ofSeconds(77));

        netlink.setBridge(bridge.index(), BridgeSettings.unchanged().withMulticastSnooping(false));
        BridgeSettings changed =
                netlink.link(bridge.index()).orElseThrow().bridge().orElseThrow();
        assertThat(changed.multicastSnooping()).contains(false);
        assertThat(changed.ageing()).contains(Duration.ofSeconds(77));
    }

    @Test
    void aPortIsMadeHairpinAndIsolatedInOneBatchWithItsMaster() {
        Link bridge = netlink.createBridge(BridgeSpec.of("br0"));
        Link a = netlink.createVeth(VethSpec.of("a", VethSpec.Peer.of("b")));
        netlink.execute(
                NetlinkRequest.change(LinkChange.of(a.index()).master(bridge.index())),
                NetlinkRequest.change(LinkChange.of(a.index())
                        .port(BridgePort.unchanged().withHairpin(true).withIsolated(true))));

        Link port = netlink.link("a").orElseThrow();
        assertThat(port.master()).hasValue(bridge.index());
        BridgePort settings = port.port().orElseThrow();
        assertThat(settings.hairpin()).contains(true);
        assertThat(settings.isolated()).contains(true);
        assertThat(settings.learning()).contains(true);

        netlink.clearMaster(a.index());
        assertThat(netlink.link("a").orElseThrow().master()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"PRIVATE", "VEPA", "BRIDGE", "PASSTHRU"})
    void aMacvlanIsMadeInAnyMode(MacvlanMode mode) {
        Link parent = netlink.createVeth(VethSpec.of("parent", VethSpec.Peer.of("other")));
        Link made = netlink.createMacvlan(MacvlanSpec.of("mv0", parent.index(), mode))
                .orElseThrow();
        assertThat(made.isKind("macvlan")).isTrue();
        assertThat(made.macvlan()).contains(mode);
        assertThat(made.linkIndex()).hasValue(parent.index());
    }

    @Test
    void aMacvlanIsMadeDirectlyInAnotherNamespace() {
        Link parent = netlink.createVeth(VethSpec.of("parent", VethSpec.Peer.of("other")));
        Optional<Link> unseen = netlink.createMacvlan(MacvlanSpec.of("eth0", parent.index(), MacvlanMode.BRIDGE)
                .withMac(MAC)
                .in(box.fd()));
        assertThat(unseen).isEmpty();
        assertThat(inside.link("eth0").orElseThrow().mac()).contains(MAC);
    }

    @Test
    void oneChangeSetsManyThings() {
        Link a = netlink.createVeth(VethSpec.of("a", VethSpec.Peer.of("b")));
        netlink.change(LinkChange.of(a.index())
                .mtu(1300)
                .mac(MAC)
                .alias("endpoint 12ab")
                .rename("c")
                .up());
        Link c = netlink.link(a.index()).orElseThrow();
        assertThat(c.name()).isEqualTo("c");
        assertThat(c.mtu()).isEqualTo(1300);
        assertThat(c.mac()).contains(MAC);
        assertThat(c.alias()).contains("endpoint 12ab");
        assertThat(c.isUp()).isTrue();

        netlink.setDown(c.index());
        netlink.setAlias(c.index(), "");
        Link down = netlink.link("c").orElseThrow();
        assertThat(down.isUp()).isFalse();
        assertThat(down.alias().orElse("")).isEmpty();
    }

    @Test
    void aLinkMovesToANamespaceAndGetsItsNameOnTheWay() {
        Link a = netlink.createVeth(VethSpec.of("a", VethSpec.Peer.of("b")));
        netlink.moveToNamespace(a.index(), box.fd(), "eth0");
        assertThat(netlink.link("a")).isEmpty();
        assertThat(inside.link("eth0")).isPresent();
    }

    @Test
    void aMovingLinkIsGivenTheFirstFreeNumberOfItsPrefixAndCanArriveUp() {
        for (String name : List.of("a", "b")) {
            Link link = netlink.createVeth(VethSpec.of(name, VethSpec.Peer.of("p" + name)));
            netlink.change(LinkChange.of(link.index()).moveTo(box.fd(), "eth%d").up());
        }
        assertThat(inside.links().stream().map(Link::name)).contains("eth0", "eth1");
        assertThat(inside.link("eth1").orElseThrow().isUp()).isTrue();
    }

    @Test
    void countersAreRead() {
        netlink.createVeth(
                VethSpec.of("a", VethSpec.Peer.of("eth0").in(box.fd())).withUp());
        inside.setUp(inside.link("eth0").orElseThrow().index());
        netlink.addAddress(netlink.link("a").orElseThrow().index(), Cidr.parse("10.9.0.1/24"));
        host.call(() -> UdpTraffic.send("10.9.0.2", 9));
        // ARP requests go out even if nobody answers.
        assertThat(netlink.link("a").orElseThrow().stats().txPackets()).isPositive();
        assertThat(netlink.link("a").orElseThrow().stats().txBytes()).isPositive();
    }

    @Test
    void whatIsMissingIsEmptyAndItsDeletionSaysSo() {
        assertThat(netlink.link("nothing")).isEmpty();
        assertThat(netlink.link(4711)).isEmpty();
        assertThat(netlink.deleteLink("nothing")).isFalse();
        assertThat(netlink.deleteLink(4711)).isFalse();
        netlink.createVeth(VethSpec.of("a", VethSpec.Peer.of("b")));
        assertThat(netlink.deleteLink("a")).isTrue();
        assertThat(netlink.link("b")).isEmpty();
    }

    @Test
    void aTakenNameIsToldWithWhatWasTried() {
        netlink.createVeth(VethSpec.of("a", VethSpec.Peer.of("b")));
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> netlink.createBridge(BridgeSpec.of("a").withMtu(1300)))
                .withMessageContaining("create bridge a")
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EEXIST));
        assertThat(netlink.link("a").orElseThrow().mtu())
                .as("the one that was there")
                .isEqualTo(1500);
    }

    @Test
    void theKernelsOwnExplanationIsInTheException() {
        Link bridge = netlink.createBridge(BridgeSpec.of("br0"));
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> netlink.setMaster(
                        netlink.createBridge(BridgeSpec.of("br1")).index(), bridge.index()))
                .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.ELOOP))
                .withMessageContaining("Can not enslave a bridge to a bridge");
    }

    @Test
    void aBatchGoesOnAfterAFailureAndReportsAll() {
        netlink.createBridge(BridgeSpec.of("taken"));
        List<NetlinkRequest> batch = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            batch.add(NetlinkRequest.createBridge(BridgeSpec.of(i % 100 == 7 ? "taken" : "br" + i)));
        }
        assertThatExceptionOfType(KernelException.class)
                .isThrownBy(() -> netlink.execute(batch))
                .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));
        assertThat(netlink.links().stream().filter(link -> link.isKind("bridge")))
                .hasSize(298);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a/b", "a:b", "a b", "sixteen-bytes-xx", "eth%d"})
    void aBadNameIsRefusedBeforeAnythingIsSent(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BridgeSpec.of(name))
                .withMessageContaining("interface name");
    }

    @Test
    void aClosedSocketRefusesWork() {
        netlink.close();
        netlink.close();
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(netlink::links);
    }
}
