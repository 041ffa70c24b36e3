package io.gantry.ipam.standard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.DriverException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Options;
import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.ipam.AddressPool;
import io.gantry.spi.ipam.PoolRequest;
import io.gantry.spi.network.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DefaultIpamTest {
    private final DefaultIpam ipam = new DefaultIpam(DefaultPools.of(Optional.empty()));

    @Test
    void handsOutDockersDefaultPoolsInTheirOrder() {
        List<String> subnets = new ArrayList<>();
        for (int i = 0; i < 31; i++) {
            subnets.add(anyIpv4().subnet().orElseThrow().toString());
        }
        assertThat(subnets)
                .startsWith("172.17.0.0/16", "172.18.0.0/16")
                .hasSize(31)
                .doesNotHaveDuplicates();
        assertThat(subnets.subList(14, 17)).containsExactly("172.31.0.0/16", "192.168.0.0/20", "192.168.16.0/20");
        assertReason(
                "all predefined address pools have been fully subnetted", OutOfSpaceException.class, this::anyIpv4);
    }

    @Test
    void skipsSubnetsInUseOnTheHostButIgnoresDefaultRoutes() {
        PoolRequest request = request(null, null, false, "172.17.3.0/24", "172.18.0.0/15", "0.0.0.0/0");
        assertThat(ipam.requestPool(request).subnet()).contains(Cidr.parse("172.20.0.0/16"));
    }

    @Test
    void takesThePreferredSubnetOnlyIfItIsFree() {
        Cidr preferred = Cidr.parse("172.17.0.0/16");
        PoolRequest request = new PoolRequest(
                Optional.empty(), Optional.of(preferred), Optional.empty(), false, List.of(), Options.none());
        assertThat(ipam.requestPool(request).subnet()).contains(preferred);
        assertThat(ipam.requestPool(request).subnet()).contains(Cidr.parse("172.18.0.0/16"));
    }

    @Test
    void cutsIpv6SubnetsOutOfAUniqueLocalPrefix() {
        Cidr first = ipam.requestPool(request(null, null, true)).subnet().orElseThrow();
        Cidr second = ipam.requestPool(request(null, null, true)).subnet().orElseThrow();
        assertThat(first.prefixLength()).isEqualTo(64);
        assertThat(first.address().getAddress()[0]).isEqualTo((byte) 0xfd);
        assertThat(second).isNotEqualTo(first);
        assertThat(new Cidr(first.address(), 48).network()).isEqualTo(new Cidr(second.address(), 48).network());
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.1.0.0/16", "10.0.0.0/8", "10.1.2.0/24", "10.1.255.255/32"})
    void refusesSubnetsThatShareAddresses(String other) {
        ipam.requestPool(request("10.1.0.0/16", null, false));
        assertReason(
                "Pool overlaps with other one on this address space",
                FailedPreconditionException.class,
                () -> ipam.requestPool(request(other, null, false)));
        assertThat(ipam.requestPool(request("10.2.0.0/16", null, false)).subnet())
                .isPresent();
    }

    @Test
    void findsOverlapsWithSubnetsThatBeginLater() {
        ipam.requestPool(request("10.1.0.0/16", null, false));
        ipam.requestPool(request("10.200.0.0/16", null, false));
        assertThatThrownBy(() -> ipam.requestPool(request("10.128.0.0/9", null, false)))
                .isInstanceOf(FailedPreconditionException.class);
    }

    @Test
    void releasedSubnetsAreFreeAgainAndForgetTheirAddresses() {
        AddressPool pool = ipam.requestPool(request("10.1.0.0/30", null, false));
        take(pool);
        ipam.releasePool(pool.id());
        ipam.releasePool(pool.id());
        AddressPool again = ipam.requestPool(request("10.1.0.0/30", null, false));
        assertThat(take(again)).isEqualTo("10.1.0.1/30");
    }

    @Test
    void refusesSubnetsWithHostBitsAndRangesOutsideTheSubnet() {
        assertReason(
                "invalid subnet 10.0.0.1/8: it should be 10.0.0.0/8",
                InvalidArgumentException.class,
                () -> ipam.requestPool(request("10.0.0.1/8", null, false)));
        assertReason(
                "it lies outside the subnet 10.1.0.0/16",
                InvalidArgumentException.class,
                () -> ipam.requestPool(request("10.1.0.0/16", "10.2.0.0/24", false)));
        assertReason(
                "it belongs to no subnet",
                InvalidArgumentException.class,
                () -> ipam.requestPool(request(null, "10.2.0.0/24", false)));
    }

    @Test
    void handsOutTheLowestFreeAddress() {
        AddressPool pool = ipam.requestPool(request("10.1.0.0/29", null, false));
        assertThat(take(pool)).isEqualTo("10.1.0.1/29");
        assertThat(take(pool)).isEqualTo("10.1.0.2/29");
        ipam.releaseAddress(pool.id(), Cidr.parseAddress("10.1.0.2"));
        assertThat(take(pool)).isEqualTo("10.1.0.2/29");
        take(pool);
        take(pool);
        take(pool);
        assertThat(take(pool)).isEqualTo("10.1.0.6/29");
        assertReason(
                "no available IPv4 addresses on this network's address pools",
                OutOfSpaceException.class,
                () -> take(pool));
    }

    @Test
    void keepsNetworkAndBroadcastAddressesBackExceptWhereThereIsNoRoom() {
        AddressPool pool = ipam.requestPool(request("10.1.0.0/30", null, false));
        assertReason("Address already in use", AlreadyExistsException.class, () -> take(pool, "10.1.0.0"));
        assertReason("Address already in use", AlreadyExistsException.class, () -> take(pool, "10.1.0.3"));
        AddressPool pair = ipam.requestPool(request("10.2.0.0/31", null, false));
        assertThat(List.of(take(pair), take(pair))).containsExactly("10.2.0.0/31", "10.2.0.1/31");
        AddressPool single = ipam.requestPool(request("fd00::5/128", null, true));
        assertThat(take(single)).isEqualTo("fd00:0:0:0:0:0:0:5/128");
    }

    @Test
    void handsOutFromTheRangeButGrantsWantedAddressesOfTheWholeSubnet() {
        AddressPool pool = ipam.requestPool(request("10.1.0.0/16", "10.1.5.0/30", false));
        List<String> all = List.of(take(pool), take(pool), take(pool), take(pool));
        assertThat(all).containsExactly("10.1.5.0/16", "10.1.5.1/16", "10.1.5.2/16", "10.1.5.3/16");
        assertThatThrownBy(() -> take(pool)).isInstanceOf(OutOfSpaceException.class);
        assertThat(take(pool, "10.1.0.1")).isEqualTo("10.1.0.1/16");
        assertReason("Requested address is out of range", InvalidArgumentException.class, () -> take(pool, "10.2.0.1"));
    }

    @Test
    void rangesOfOneSubnetNeverHandOutTheSameAddress() {
        AddressPool whole = ipam.requestPool(request("10.1.0.0/16", null, false));
        AddressPool part = ipam.requestPool(request("10.1.0.0/16", "10.1.0.0/24", false));
        assertThat(take(whole)).isEqualTo("10.1.0.1/16");
        assertThat(take(part)).isEqualTo("10.1.0.2/16");
        ipam.releasePool(whole.id());
        assertThat(take(part)).isEqualTo("10.1.0.3/16");
        assertReason("Address already in use", AlreadyExistsException.class, () -> take(part, "10.1.0.1"));
    }

    @Test
    void replayAfterARestartYieldsTheSameStateUnderTheSameIds() {
        AddressPool before = ipam.requestPool(request("10.1.0.0/16", null, false));
        take(before);
        take(before);
        DefaultIpam restarted = new DefaultIpam(DefaultPools.of(Optional.empty()));
        AddressPool after = restarted.requestPool(request("10.1.0.0/16", null, false));
        assertThat(after).isEqualTo(before);
        restarted.requestAddress(after.id(), Optional.of(Cidr.parseAddress("10.1.0.1")));
        restarted.requestAddress(after.id(), Optional.of(Cidr.parseAddress("10.1.0.2")));
        assertThat(restarted.requestAddress(after.id(), Optional.empty())).contains(Cidr.parse("10.1.0.3/16"));
    }

    @Test
    void unknownPoolsAreNotFoundAndReleasesOfThemHarmless() {
        ipam.releasePool("10.9.0.0/16");
        ipam.releaseAddress("10.9.0.0/16", Cidr.parseAddress("10.9.0.1"));
        assertThatThrownBy(() -> ipam.requestAddress("10.9.0.0/16", Optional.empty()))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void largeSubnetsHandOutAllOfManyBlocksWithoutARepeat() {
        AddressPool pool = ipam.requestPool(request("10.0.0.0/8", null, false));
        take(pool, "10.0.16.0");
        Set<InetAddress> seen = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            seen.add(ipam.requestAddress(pool.id(), Optional.empty())
                    .orElseThrow()
                    .address());
        }
        assertThat(seen).hasSize(20_000).doesNotContain(Cidr.parseAddress("10.0.16.0"));
        AddressPool wide = ipam.requestPool(request("fd00::/48", null, true));
        assertThat(take(wide)).isEqualTo("fd00:0:0:0:0:0:0:1/48");
        assertThat(take(wide, "fd00::ffff:ffff:ffff:ffff:ffff")).isEqualTo("fd00:0:0:ffff:ffff:ffff:ffff:ffff/48");
    }

    @Test
    void parallelRequestsNeverShareAnAddress() throws Exception {
        AddressPool pool = ipam.requestPool(request("10.1.0.0/16", null, false));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<List<String>>> parts = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                parts.add(threads.submit(() -> {
                    List<String> taken = new ArrayList<>();
                    for (int n = 0; n < 500; n++) {
                        taken.add(take(pool));
                    }
                    return taken;
                }));
            }
            Set<String> all = new HashSet<>();
            for (Future<List<String>> part : parts) {
                all.addAll(part.get());
            }
            assertThat(all).hasSize(4000);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void configuredPoolsReplaceDockersOfThatFamilyOnly() {
        DefaultIpam configured = new DefaultIpam(DefaultPools.of(Optional.of("base=10.10.0.0/23,size=24")));
        assertThat(configured.requestPool(request(null, null, false)).subnet()).contains(Cidr.parse("10.10.0.0/24"));
        assertThat(configured.requestPool(request(null, null, false)).subnet()).contains(Cidr.parse("10.10.1.0/24"));
        assertThatThrownBy(() -> configured.requestPool(request(null, null, false)))
                .isInstanceOf(OutOfSpaceException.class);
        assertThat(configured.requestPool(request(null, null, true)).subnet()).isPresent();
        assertThatThrownBy(() -> DefaultPools.of(Optional.of("base=10.10.0.0/23,size=16")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theNullDriverHandsOutNothing() {
        NullIpam none = new NullIpam();
        AddressPool pool = none.requestPool(request(null, null, false));
        assertThat(pool.subnet()).isEmpty();
        assertThat(none.requestAddress(pool.id(), Optional.empty())).isEmpty();
        assertReason(
                "null ipam driver does not handle specific address pool requests",
                InvalidArgumentException.class,
                () -> none.requestPool(request("10.0.0.0/8", null, false)));
    }

    private AddressPool anyIpv4() {
        return ipam.requestPool(request(null, null, false));
    }

    private String take(AddressPool pool) {
        return ipam.requestAddress(pool.id(), Optional.empty()).orElseThrow().toString();
    }

    private String take(AddressPool pool, String wanted) {
        return ipam.requestAddress(pool.id(), Optional.of(Cidr.parseAddress(wanted)))
                .orElseThrow()
                .toString();
    }

    private static PoolRequest request(String subnet, String range, boolean ipv6, String... avoid) {
        return new PoolRequest(
                Optional.ofNullable(subnet).map(Cidr::parse),
                Optional.empty(),
                Optional.ofNullable(range).map(Cidr::parse),
                ipv6,
                List.of(avoid).stream().map(Cidr::parse).toList(),
                Options.none());
    }

    private static void assertReason(String reason, Class<? extends DriverException> kind, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        kind, e -> assertThat(e.problem().reason()).isEqualTo(reason));
    }
}
