package io.gantry.linux.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.gantry.linux.nft.Nftables;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConntrackTest {

    private final TestNamespace namespace = new TestNamespace();

    @BeforeEach
    void trackConnectionsOnLoopback() {
        try (Netlink netlink = namespace.netlink();
                Nftables nft = Nftables.open(namespace.path())) {
            netlink.setUp(netlink.link("lo").orElseThrow().index());
            nft.run("""
                    add table inet t
                    add chain inet t out { type filter hook output priority 0; }
                    add rule inet t out ct state new counter
                    """);
        }
    }

    @AfterEach
    void close() {
        namespace.close();
    }

    @Test
    void deletesUdpFlowsByPortAndAddressTheyWereSentToAndNoOthers() {
        namespace.call(() -> UdpTraffic.send("127.0.0.1", 5301)
                + UdpTraffic.send("127.0.0.2", 5301)
                + UdpTraffic.send("127.0.0.1", 5302)
                + UdpTraffic.send("::1", 5301));
        try (Conntrack conntrack = Conntrack.open(namespace.path())) {
            assertThat(conntrack.deleteUdp(Optional.empty(), Set.of())).isZero();
            assertThat(conntrack.deleteUdp(Optional.of(AddressText.parse("127.0.0.2")), Set.of(5301, 5302)))
                    .isOne();
            assertThat(conntrack.deleteUdp(Optional.empty(), Set.of(5301))).isEqualTo(2);
            assertThat(conntrack.deleteUdp(Optional.empty(), Set.of(5301, 5302)))
                    .isOne();
            assertThat(conntrack.deleteUdp(Optional.empty(), Set.of(5301, 5302)))
                    .isZero();
        }
    }

    @Test
    void writesSysctlsOfTheNamespaceAndOfNoOther() {
        String before = NetSysctl.read("net.ipv4.ip_forward");
        NetSysctl.write(namespace.path(), "net.ipv4.ip_forward", "0");
        assertThat(NetSysctl.read(namespace.path(), "net.ipv4.ip_forward")).isEqualTo("0");
        Map<String, String> values = new LinkedHashMap<>();
        values.put("net.ipv4.ip_forward", "1");
        values.put("net/ipv6/conf/lo/disable_ipv6", "1");
        NetSysctl.write(namespace.path(), values);
        assertThat(NetSysctl.read(namespace.path(), "net.ipv4.ip_forward")).isEqualTo("1");
        assertThat(NetSysctl.read(namespace.path(), "net.ipv4.ip_local_port_range"))
                .matches("\\d+\\s+\\d+");
        assertThat(NetSysctl.read(namespace.path(), "net.ipv6.conf.lo.disable_ipv6"))
                .isEqualTo("1");
        assertThat(NetSysctl.read("net.ipv4.ip_forward")).isEqualTo(before);
    }

    @Test
    void aSysctlThatIsNotThereOrRefusesIsNamed() {
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> NetSysctl.write(namespace.path(), "net.ipv4.conf.eth7.forwarding", "1"))
                .withMessageContaining("net.ipv4.conf.eth7.forwarding=1")
                .withMessageContaining("no such");
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> NetSysctl.write(namespace.path(), "net.ipv4.ip_forward", "maybe"))
                .withMessageContaining("net.ipv4.ip_forward=maybe");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetSysctl.write(namespace.path(), "kernel.hostname", "x"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NetSysctl.write(namespace.path(), "net/../kernel/hostname", "x"));
    }
}
