package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.engine.Container;
import io.gantry.engine.EndpointState;
import io.gantry.engine.dns.Packets;
import io.gantry.engine.dns.StubServer;
import io.gantry.engine.model.EndpointSettings;
import io.gantry.engine.model.ModelJson;
import io.gantry.engine.model.NetworkRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What containers call each other, asked by programs in them. */
class NamesTest {
    private static WholeEngine whole;

    @BeforeAll
    static void open(@TempDir Path directory) throws IOException {
        whole = WholeEngine.in(directory);
    }

    @AfterAll
    static void close() throws IOException {
        if (whole != null) {
            whole.close();
        }
    }

    @AfterEach
    void removeAll() {
        whole.engine()
                .containers()
                .list()
                .forEach(one -> whole.engine().containers().remove(one.id(), true, true));
        whole.engine().networks().list().stream()
                .filter(network -> !network.predefined())
                .forEach(network -> whole.engine().networks().remove(network.id()));
    }

    @Test
    void containersOfOneNetworkFindEachOtherByAllTheirNames() throws Exception {
        network("front", "");
        network("back", "");
        Container web = started("web", "front", "\"Hostname\":\"webhost\",", "\"Aliases\":[\"www\"]");
        Container asker = started("asker", "front", "", "");
        Container stranger = started("stranger", "back", "", "");

        assertThat(web.endpoints().get(0).dnsNames())
                .containsExactly("web", "www", web.id().substring(0, 12), "webhost");
        for (String name : List.of("web", "www", "WWW", web.id().substring(0, 12), "webhost", "web.front")) {
            assertThat(addresses(asker, name)).as(name).containsExactly(address(web));
        }
        assertThat(whole.exec(asker.id(), "ping -c 1 -W 2 web").exitCode()).isZero();
        assertThat(lookup(asker, address(web)).stdout()).contains("name = web.front");
        assertThat(addresses(stranger, "web")).isEmpty();
        assertThat(addresses(asker, "nosuch")).isEmpty();
    }

    @Test
    void aNameOfSeveralContainersHasAllAddresses() throws Exception {
        network("front", "");
        Container one = started("one", "front", "", "\"Aliases\":[\"service\"]");
        Container two = started("two", "front", "", "\"Aliases\":[\"service\"]");
        Container asker = started("asker", "front", "", "");

        assertThat(addresses(asker, "service")).containsExactlyInAnyOrder(address(one), address(two));
        whole.engine().containers().remove(one.id(), true, true);
        assertThat(addresses(asker, "service")).containsExactly(address(two));
    }

    @Test
    void namesHaveAddressesOfBothFamiliesWhereTheNetworkHas() throws Exception {
        network("both", ",\"EnableIPv6\":true,\"IPAM\":{\"Config\":[{\"Subnet\":\"fd00:77::/64\"}]}");
        Container web = started("web", "both", "", "");
        Container asker = started("asker", "both", "", "");

        EndpointState endpoint = web.endpoints().get(0);
        assertThat(endpoint.globalIpv6Address()).isNotEmpty();
        assertThat(lookup(asker, "-type=aaaa web").stdout()).contains("Address: fd00:77::");
        assertThat(whole.exec(asker.id(), "cat /etc/hosts").stdout()).contains("fd00:77");
    }

    @Test
    void onTheDefaultNetworkThereAreNoNames() throws Exception {
        Container web = started("web", "bridge", "", "");
        Container asker = started("asker", "bridge", "", "");

        assertThat(web.endpoints().get(0).dnsNames()).isEmpty();
        assertThat(whole.exec(asker.id(), "cat /etc/resolv.conf").stdout())
                .contains("(legacy)")
                .doesNotContain("127.0.0.11");
    }

    @Test
    void otherNamesAreAskedOfTheServersThatTheUserNames() throws Exception {
        network("front", ",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.93.0.0/24\"}]}");
        Container asker = startedWith(
                "asker", "\"NetworkMode\":\"front\",\"Dns\":[\"10.93.0.1\"],\"DnsSearch\":[\"lab.example\"]");

        try (StubServer upstream = new StubServer(
                whole.config().hostNamespace(),
                "10.93.0.1",
                (query, tcp) -> Packets.answer(query, 0, true, "192.0.2.9"))) {
            assertThat(whole.exec(asker.id(), "nslookup -type=a www.example.").stdout())
                    .contains("Address: 192.0.2.9");
            assertThat(upstream.asked()).isNotEmpty();
        }
        assertThat(whole.exec(asker.id(), "cat /etc/resolv.conf").stdout())
                .contains("nameserver 127.0.0.11\nsearch lab.example\noptions ndots:0\n")
                .contains("# ExtServers: [10.93.0.1]\n# Overrides: [nameservers search]\n");
    }

    @Test
    void onAnInternalNetworkNamesAreFoundAndNothingElse() throws Exception {
        network("inside", ",\"Internal\":true");
        Container web = started("web", "inside", "", "");
        Container asker = started("asker", "inside", "", "");

        assertThat(addresses(asker, "web")).containsExactly(address(web));
        WholeEngine.Ran other = lookup(asker, "www.example");
        assertThat(other.stdout() + other.stderr()).contains("SERVFAIL");
    }

    @Test
    void aContainerThatIsConnectedIsFoundAndFindsOthers() throws Exception {
        network("late", "");
        Container web = started("web", "late", "", "");
        Container one = startedWith("one", "\"NetworkMode\":\"bridge\"");
        String before = whole.exec(one.id(), "cat /etc/hosts").stdout();
        assertThat(whole.exec(one.id(), "echo 192.0.2.1 mine >> /etc/hosts").exitCode())
                .isZero();

        whole.engine()
                .networks()
                .connect(
                        "late",
                        one.id(),
                        ModelJson.mapper().readValue("{\"Aliases\":[\"uno\"]}", EndpointSettings.class));

        EndpointState joined = whole.engine().containers().find(one.id()).endpoints().stream()
                .filter(endpoint -> endpoint.networkName().equals("late"))
                .findFirst()
                .orElseThrow();
        assertThat(joined.dnsNames()).contains("one", "uno");
        assertThat(addresses(web, "uno")).containsExactly(joined.ipAddress());
        assertThat(addresses(one, "web")).containsExactly(address(web));
        assertThat(whole.exec(one.id(), "cat /etc/hosts").stdout())
                .isEqualTo(before + "192.0.2.1 mine\n" + joined.ipAddress() + "\t"
                        + one.id().substring(0, 12) + "\n");

        whole.engine().networks().disconnect("late", one.id(), false);

        assertThat(addresses(web, "uno")).isEmpty();
        assertThat(whole.exec(one.id(), "cat /etc/hosts").stdout()).isEqualTo(before + "192.0.2.1 mine\n");
    }

    @Test
    void whatTheContainerWroteIntoResolvConfStays() throws Exception {
        network("late", "");
        Container one = startedWith("one", "\"NetworkMode\":\"bridge\"");
        assertThat(whole.exec(one.id(), "echo nameserver 192.0.2.1 > /etc/resolv.conf")
                        .exitCode())
                .isZero();

        whole.engine().networks().connect("late", one.id(), EndpointSettings.NONE);

        assertThat(whole.exec(one.id(), "cat /etc/resolv.conf").stdout()).isEqualTo("nameserver 192.0.2.1\n");
    }

    @Test
    void aNewNameHoldsAtOnce() throws Exception {
        network("front", "");
        Container web = started("web", "front", "", "\"Aliases\":[\"www\"]");
        Container asker = started("asker", "front", "", "");

        whole.engine().containers().rename("web", "app");

        assertThat(addresses(asker, "app")).containsExactly(address(web));
        assertThat(addresses(asker, "www")).containsExactly(address(web));
        assertThat(addresses(asker, "web")).isEmpty();
        assertThat(whole.engine().containers().find("app").endpoints().get(0).dnsNames())
                .startsWith("app", "www");
        assertThat(whole.engine()
                        .networks()
                        .find("front")
                        .attached()
                        .get(web.id())
                        .name())
                .isEqualTo("app");
    }

    @Test
    void aContainerMayServeNamesItself() throws Exception {
        network("front", "");
        Container web = started("web", "front", "", "");
        Container asker = started("asker", "front", "", "");

        assertThat(whole.exec(asker.id(), "(nc -l -p 53 >/dev/null &) ; sleep 0.2; ps | grep 'nc -l' | grep -v grep")
                        .stdout())
                .contains("nc -l -p 53");
        assertThat(addresses(asker, "web")).containsExactly(address(web));
    }

    @Test
    void theFilesAreAsDockerWritesThem() throws Exception {
        network("front", "");
        Container one = startedBy(
                "{\"Name\":\"one\",\"Hostname\":\"box\",\"Domainname\":\"lab.example\",\"Image\":\"" + WholeEngine.IMAGE
                        + "\",\"Cmd\":[\"sleep\",\"1000\"],\"HostConfig\":{\"NetworkMode\":\"front\","
                        + "\"ExtraHosts\":[\"db:192.0.2.5\",\"six:2001:db8::5\",\"outside:host-gateway\"]}}");

        String gateway = whole.engine()
                .networks()
                .find("bridge")
                .request()
                .ipam()
                .orElseThrow()
                .config()
                .get(0)
                .gateway();
        assertThat(whole.exec(one.id(), "cat /etc/hostname; cat /etc/hosts").stdout())
                .isEqualTo(
                        "box\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::\tip6-localnet\n"
                                + "ff00::\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n"
                                + "192.0.2.5\tdb\n2001:db8::5\tsix\n" + gateway + "\toutside\n"
                                + address(one) + "\tbox.lab.example box\n");
    }

    @Test
    void linksOfANetworkAreNamesOfTheLinkingContainerAlone() throws Exception {
        network("front", "");
        Container db = started("mysql-1", "front", "", "");
        Container web = started("web", "front", "", "\"Links\":[\"mysql-1:db\"]");
        Container other = started("other", "front", "", "");

        assertThat(addresses(web, "db")).containsExactly(address(db));
        assertThat(addresses(other, "db")).isEmpty();
    }

    private static void network(String name, String more) throws IOException {
        whole.engine()
                .networks()
                .create(ModelJson.mapper().readValue("{\"Name\":\"" + name + "\"" + more + "}", NetworkRequest.class));
    }

    private static Container started(String name, String network, String config, String endpoint) {
        return startedBy("{\"Name\":\"" + name + "\"," + config + "\"Image\":\"" + WholeEngine.IMAGE
                + "\",\"Cmd\":[\"sleep\",\"1000\"],\"HostConfig\":{\"NetworkMode\":\"" + network + "\"},"
                + "\"NetworkingConfig\":{\"EndpointsConfig\":{\"" + network + "\":{" + endpoint + "}}}}");
    }

    private static Container startedWith(String name, String hostConfig) {
        return startedBy("{\"Name\":\"" + name + "\",\"Image\":\"" + WholeEngine.IMAGE
                + "\",\"Cmd\":[\"sleep\",\"1000\"],\"HostConfig\":{" + hostConfig + "}}");
    }

    private static Container startedBy(String body) {
        String id = whole.create(body);
        whole.engine().containers().start(id);
        return whole.engine().containers().find(id);
    }

    private static String address(Container container) {
        return container.endpoints().get(0).ipAddress();
    }

    private static WholeEngine.Ran lookup(Container container, String what) throws Exception {
        return whole.exec(container.id(), "nslookup " + what);
    }

    /** The IPv4 addresses that a program in a container finds for a name. */
    private static List<String> addresses(Container container, String name) throws Exception {
        String[] parts = lookup(container, "-type=a " + name).stdout().split("Name:", -1);
        return Arrays.stream(parts)
                .skip(1)
                .flatMap(String::lines)
                .filter(line -> line.startsWith("Address: "))
                .map(line -> line.substring("Address: ".length()).strip())
                .collect(Collectors.toList());
    }
}
