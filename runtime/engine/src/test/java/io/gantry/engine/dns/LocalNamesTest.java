package io.gantry.engine.dns;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.engine.dns.Request.Query;
import io.gantry.spi.network.Cidr;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalNamesTest {
    private static final Membership FRONT = new Membership("n1", "front", Map.of());
    private static final Membership BACK = new Membership("n2", "back.end", Map.of());

    private final NameTable table = new NameTable();
    private final LocalNames names = new LocalNames(table, new Random(1));

    @ParameterizedTest
    @ValueSource(strings = {"web", "WEB", "www", "0123456789ab", "web.front", "Web.Front"})
    void aNameIsFoundWhateverItsCaseAndWithTheNetworksName(String name) {
        put("n1", "e1", List.of("Web", "www", "0123456789ab"), "10.0.0.2");

        Packets.Response response = ask(name, Packets.A, FRONT).orElseThrow();

        assertThat(response.data()).containsExactly("10.0.0.2");
        assertThat(response.answers().get(0).ttl()).isEqualTo(600);
        assertThat(response.answers().get(0).name()).isEqualTo(name);
        assertThat(response.recursionAvailable()).isTrue();
        assertThat(response.authoritative()).isFalse();
    }

    @Test
    void namesAreOfTheirNetworkOnly() {
        put("n2", "e1", List.of("db"), "10.1.0.2");

        assertThat(ask("db", Packets.A, FRONT)).isEmpty();
        assertThat(ask("db.front", Packets.A, FRONT, BACK)).isEmpty();
        assertThat(ask("db", Packets.A, FRONT, BACK).orElseThrow().data()).containsExactly("10.1.0.2");
        assertThat(ask("db.back.end", Packets.A, FRONT, BACK).orElseThrow().data())
                .containsExactly("10.1.0.2");
    }

    @Test
    void theFirstNetworkWins() {
        put("n1", "e1", List.of("db"), "10.0.0.2");
        put("n2", "e2", List.of("db"), "10.1.0.2");

        assertThat(ask("db", Packets.A, FRONT, BACK).orElseThrow().data()).containsExactly("10.0.0.2");
        assertThat(ask("db", Packets.A, BACK, FRONT).orElseThrow().data()).containsExactly("10.1.0.2");
    }

    @Test
    void aNameOfOneFamilyHasNoAddressesOfTheOtherAndIsNotSentOn() {
        put("n1", "e1", List.of("four"), "10.0.0.2");
        put("n1", "e2", List.of("both"), "10.0.0.3", "fd00::3");

        Packets.Response missing = ask("four", Packets.AAAA, FRONT).orElseThrow();
        assertThat(missing.code()).isZero();
        assertThat(missing.answers()).isEmpty();
        assertThat(ask("both", Packets.AAAA, FRONT).orElseThrow().data()).containsExactly("fd00:0:0:0:0:0:0:3");
        assertThat(ask("both", Packets.A, FRONT).orElseThrow().data()).containsExactly("10.0.0.3");
        assertThat(ask("neither", Packets.AAAA, FRONT)).isEmpty();
    }

    @Test
    void aNameOfSeveralHasAllAddressesInChangingOrder() {
        for (int i = 2; i < 6; i++) {
            put("n1", "e" + i, List.of("c" + i, "service"), "10.0.0." + i);
        }

        Set<String> first = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            List<String> answer = ask("service", Packets.A, FRONT).orElseThrow().data();
            assertThat(answer).containsExactlyInAnyOrder("10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5");
            first.add(answer.get(0));
        }
        assertThat(first).hasSize(4);
    }

    @Test
    void anAddressLeadsToTheFirstNameWithTheNetworks() {
        put("n1", "e1", List.of("web", "www"), "10.0.0.2", "fd00::a:2");

        assertThat(ask("2.0.0.10.in-addr.arpa", Packets.PTR, FRONT)
                        .orElseThrow()
                        .data())
                .containsExactly("web.front");
        assertThat(ask("2.0.0.0.a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", Packets.PTR, FRONT)
                        .orElseThrow()
                        .data())
                .containsExactly("web.front");
        assertThat(ask("3.0.0.10.in-addr.arpa", Packets.PTR, FRONT)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.10.in-addr.arpa",
                "256.0.0.10.in-addr.arpa",
                "x.0.0.10.in-addr.arpa",
                ".0.0.10.in-addr.arpa",
                "in-addr.arpa",
                "1.ip6.arpa",
                "2.0.0.10.example"
            })
    void whatIsNoAddressIsSentOn(String name) {
        assertThat(ReverseName.parse(name)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"16, TXT", "33, SRV", "6, SOA", "255, ANY"})
    void otherTypesAreSentOnAsDockerDoes(int type) {
        put("n1", "e1", List.of("web"), "10.0.0.2");

        assertThat(ask("web", type, FRONT)).isEmpty();
    }

    @Test
    void aKnownNameHasNoMailServersSoThatMailGoesToItself() {
        put("n1", "e1", List.of("web"), "10.0.0.2");

        Packets.Response response = ask("web", Packets.MX, FRONT).orElseThrow();
        assertThat(response.code()).isZero();
        assertThat(response.answers()).isEmpty();
        assertThat(ask("other", Packets.MX, FRONT)).isEmpty();
    }

    @Test
    void aLinkIsANameOfTheAskerAloneAndHidesOthers() {
        put("n1", "e1", List.of("mysql-1"), "10.0.0.2");
        put("n1", "e2", List.of("db"), "10.0.0.3");
        Membership linked = new Membership("n1", "front", Map.of("db", "mysql-1", "gone", "nobody"));

        assertThat(ask("db", Packets.A, linked).orElseThrow().data()).containsExactly("10.0.0.2");
        assertThat(ask("db", Packets.A, FRONT).orElseThrow().data()).containsExactly("10.0.0.3");
        assertThat(ask("gone", Packets.A, linked)).isEmpty();
    }

    @Test
    void moreThanFitsIsCutAndSaidToBe() {
        for (int i = 0; i < 200; i++) {
            put("n1", "e" + i, List.of("many"), "10.0.1." + i);
        }

        Packets.Response small = ask("many", Packets.A, FRONT).orElseThrow();
        assertThat(small.truncated()).isTrue();
        assertThat(small.size()).isLessThanOrEqualTo(512).isGreaterThan(480);
        assertThat(small.answers()).hasSizeBetween(28, 31);

        Packets.Response large = answer(Packets.query("many", Packets.A, 1400), FRONT);
        assertThat(large.truncated()).isTrue();
        assertThat(large.size()).isLessThanOrEqualTo(1400).isGreaterThan(1380);

        Packets.Response all = answer(Packets.query("many", Packets.A, 4096), FRONT);
        assertThat(all.truncated()).isFalse();
        assertThat(all.answers()).hasSize(200);
    }

    @Test
    void whatLeavesIsNoLongerFound() {
        put("n1", "e1", List.of("web", "service"), "10.0.0.2");
        put("n1", "e2", List.of("api", "service"), "10.0.0.3");
        table.remove("n1", "e1");
        table.remove("n1", "e1");
        table.remove("none", "e1");

        assertThat(ask("web", Packets.A, FRONT)).isEmpty();
        assertThat(ask("service", Packets.A, FRONT).orElseThrow().data()).containsExactly("10.0.0.3");
        put("n1", "e2", List.of("renamed"), "10.0.0.3");
        assertThat(ask("api", Packets.A, FRONT)).isEmpty();
        assertThat(ask("renamed", Packets.A, FRONT)).isPresent();
    }

    @Test
    void aNameThatNoMessageHoldsIsCutNotBroken() {
        String name = IntStream.range(0, 60)
                .mapToObj(i -> "x".repeat(70))
                .reduce((a, b) -> a + "." + b)
                .orElseThrow();
        put("n1", "e1", List.of(name), "10.0.0.2");

        assertThat(ask("2.0.0.10.in-addr.arpa", Packets.PTR, FRONT)
                        .orElseThrow()
                        .data()
                        .get(0))
                .startsWith("x".repeat(63) + ".")
                .hasSizeLessThan(255);
    }

    private void put(String network, String endpoint, List<String> known, String... addresses) {
        List<InetAddress> parsed =
                Arrays.stream(addresses).map(Cidr::parseAddress).toList();
        table.put(new NameTable.Entry(network, endpoint, known, parsed));
    }

    private Optional<Packets.Response> ask(String name, int type, Membership... networks) {
        Query query = (Query) Request.parse(Packets.query(name, type));
        return names.answer(query, List.of(networks), query.udpSize()).map(Packets::read);
    }

    private Packets.Response answer(byte[] packet, Membership... networks) {
        Query query = (Query) Request.parse(packet);
        return Packets.read(
                names.answer(query, List.of(networks), query.udpSize()).orElseThrow());
    }
}
