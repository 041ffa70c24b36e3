package io.gantry.network.plugin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.OptionSpec.Scope;
import io.gantry.spi.Options;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.EndpointPlan;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.MacAddress;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.NetworkTraits;
import io.gantry.spi.network.PoolData;
import io.gantry.spi.network.PortMapping;
import io.gantry.spi.network.PortPublisher;
import io.gantry.spi.network.Restorable;
import io.gantry.spi.network.Route;
import io.gantry.spi.network.Sandbox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The protocol, against a plug-in that answers well, badly, slowly or not at all. */
class RemoteNetworkDriverTest {
    private static final String NETWORK = "ab".repeat(32);
    private static final String ENDPOINT = "cd".repeat(32);
    private static final Limits SHORT = new Limits(
            Duration.ofMillis(400), Duration.ofMillis(400), Duration.ofMillis(1), Duration.ofMillis(8), 4096);
    /** For answers that come at once, so that a busy machine does not end them. */
    private static final Limits LONG = new Limits(
            Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofMillis(1), Duration.ofMillis(8), 4096);

    @TempDir
    private Path sockets;

    private ScriptedPlugin plugin;
    private PluginNetworkProvider family;
    private NetworkDriverProvider provider;
    private NetworkDriver driver;

    @BeforeEach
    void start() throws IOException {
        plugin = new ScriptedPlugin(sockets.resolve("acme.sock"));
        plugin.json("NetworkDriver.CreateNetwork", "{}")
                .json("NetworkDriver.DeleteNetwork", "{}")
                .json("NetworkDriver.CreateEndpoint", "{\"Interface\": {\"MacAddress\": \"02:42:0a:00:00:02\"}}")
                .json("NetworkDriver.DeleteEndpoint", "{}")
                .json("NetworkDriver.Join", "{\"InterfaceName\": {\"SrcName\": \"veth1\", \"DstPrefix\": \"eth\"}}")
                .json("NetworkDriver.Leave", "{}");
        open(LONG);
    }

    @AfterEach
    void stop() throws IOException {
        plugin.close();
    }

    private void open(Limits limits) {
        family = new PluginNetworkProvider(new Discovery(sockets, List.of()), limits);
        provider = (NetworkDriverProvider)
                family.family().orElseThrow().find("acme").orElseThrow();
        driver = provider.open(null);
    }

    @Test
    void aNetworkIsToldAsDockerTellsIt() {
        driver.createNetwork(network(Map.of("acme.colour", "blue")));

        assertThat(plugin.methods())
                .containsExactly("Plugin.Activate", "NetworkDriver.GetCapabilities", "NetworkDriver.CreateNetwork");
        ScriptedPlugin.Call call = plugin.last("NetworkDriver.CreateNetwork");
        assertThat(call.headers()).containsEntry("accept", "application/vnd.docker.plugins.v1.2+json");
        assertThat(call.request())
                .isEqualTo(Map.of(
                        "NetworkID",
                        NETWORK,
                        "Options",
                        Map.of(
                                "com.docker.network.enable_ipv4",
                                true,
                                "com.docker.network.enable_ipv6",
                                false,
                                "com.docker.network.generic",
                                Map.of("acme.colour", "blue")),
                        "IPv4Data",
                        List.of(Map.of(
                                "AddressSpace",
                                "LocalDefault",
                                "Pool",
                                "10.0.0.0/24",
                                "Gateway",
                                "10.0.0.1/24",
                                "AuxAddresses",
                                Map.of("router", "10.0.0.9/24"))),
                        "IPv6Data",
                        List.of()));
    }

    @Test
    void anEndpointGoesThroughItsWholeLife() {
        plugin.json("NetworkDriver.Join", """
                {"InterfaceName": {"SrcName": "veth1", "DstPrefix": "net"}, "Gateway": "10.0.0.1",
                 "StaticRoutes": [{"Destination": "10.9.0.0/16", "RouteType": 0, "NextHop": "10.0.0.7"},
                                  {"Destination": "10.8.0.0/16", "RouteType": 1}],
                 "DisableGatewayService": true}""");
        plugin.json("NetworkDriver.EndpointOperInfo", "{\"Value\": {\"vlan\": 7, \"port\": \"a\"}}");
        driver.createNetwork(network(Map.of()));

        EndpointPlan plan = driver.createEndpoint(endpoint());
        assertThat(plan.mac()).contains(new MacAddress("02:42:0a:00:00:02"));
        assertThat(plan.ipv4()).isEmpty();
        assertThat(plugin.last("NetworkDriver.CreateEndpoint").request())
                .containsEntry("Interface", Map.of("Address", "10.0.0.2/24", "AddressIPv6", "", "MacAddress", ""))
                .containsEntry("Options", Map.of("acme.vlan", "7"));

        Attachment attachment = driver.attach(NETWORK, ENDPOINT, new Sandbox("ef".repeat(32), Path.of("/run/ns")));
        assertThat(attachment)
                .isEqualTo(new Attachment.MoveInterface(
                        "veth1",
                        "net",
                        Optional.empty(),
                        new Attachment.Layer3(
                                Optional.of(Cidr.parseAddress("10.0.0.1")),
                                Optional.empty(),
                                List.of(
                                        new Route(
                                                Cidr.parse("10.9.0.0/16"), Optional.of(Cidr.parseAddress("10.0.0.7"))),
                                        new Route(Cidr.parse("10.8.0.0/16"), Optional.empty())),
                                Map.of())));
        assertThat(plugin.last("NetworkDriver.Join").request()).containsEntry("SandboxKey", "/run/ns");
        assertThat(driver.endpointInfo(NETWORK, ENDPOINT)).isEqualTo(Map.of("vlan", "7", "port", "a"));
        assertThatThrownBy(() -> driver.deleteNetwork(NETWORK)).isInstanceOf(FailedPreconditionException.class);

        driver.detach(NETWORK, ENDPOINT);
        driver.deleteEndpoint(NETWORK, ENDPOINT);
        driver.deleteNetwork(NETWORK);
        driver.deleteNetwork(NETWORK);
        assertThat(plugin.methods())
                .endsWith("NetworkDriver.Leave", "NetworkDriver.DeleteEndpoint", "NetworkDriver.DeleteNetwork");
    }

    @Test
    void aPluginMayBringAnAddressWhereTheEngineHasNone() {
        plugin.json("NetworkDriver.CreateEndpoint", "{\"Interface\": {\"Address\": \"192.168.7.9/24\"}}");
        driver.createNetwork(network(Map.of()));
        EndpointSpec bare = new EndpointSpec(
                NETWORK, ENDPOINT, Optional.empty(), Optional.empty(), Optional.empty(), Options.none());

        assertThat(driver.createEndpoint(bare).ipv4()).contains(Cidr.parse("192.168.7.9/24"));
    }

    @Test
    void portsArePublishedAndTakenBack() {
        plugin.json("NetworkDriver.ProgramExternalConnectivity", "{}")
                .json("NetworkDriver.RevokeExternalConnectivity", "{}");
        joined();
        PortPublisher publisher = driver.capability(PortPublisher.class).orElseThrow();
        PortMapping mapping = new PortMapping(PortMapping.Protocol.TCP, Cidr.parseAddress("0.0.0.0"), 8080, 80, 1);

        publisher.publish(NETWORK, ENDPOINT, List.of(mapping));
        assertThat(plugin.last("NetworkDriver.ProgramExternalConnectivity")
                        .request()
                        .get("Options"))
                .isEqualTo(Map.of(
                        "com.docker.network.portmap",
                        List.of(Map.of(
                                "Proto",
                                6L,
                                "IP",
                                "",
                                "Port",
                                80L,
                                "HostIP",
                                "0.0.0.0",
                                "HostPort",
                                8080L,
                                "HostPortEnd",
                                8080L)),
                        "com.docker.network.endpoint.exposedports",
                        List.of(Map.of("Proto", 6L, "Port", 80L))));
        publisher.unpublish(NETWORK, ENDPOINT);
        publisher.unpublish(NETWORK, ENDPOINT);
        assertThat(plugin.methods()).containsOnlyOnce("NetworkDriver.RevokeExternalConnectivity");
    }

    @Test
    void aPluginThatKnowsNothingOfPortsIsLeftInPeace() {
        joined();
        PortPublisher publisher = driver.capability(PortPublisher.class).orElseThrow();

        publisher.publish(
                NETWORK,
                ENDPOINT,
                List.of(new PortMapping(PortMapping.Protocol.UDP, Cidr.parseAddress("::"), 53, 53, 1)));
        publisher.unpublish(NETWORK, ENDPOINT);

        assertThat(plugin.methods())
                .contains("NetworkDriver.ProgramExternalConnectivity")
                .doesNotContain("NetworkDriver.RevokeExternalConnectivity");
    }

    @Test
    void itsErrorIsShownAndNothingIsUndoneThatWasRefused() {
        plugin.json("NetworkDriver.CreateNetwork", "{\"Err\": \"no colour left\"}");

        assertThatThrownBy(() -> driver.createNetwork(network(Map.of())))
                .isInstanceOf(IoFailureException.class)
                .hasMessage("cannot create network net1 with plug-in acme: remote: no colour left");
        assertThat(plugin.methods()).doesNotContain("NetworkDriver.DeleteNetwork");
        driver.deleteNetwork(NETWORK);
        assertThat(plugin.methods()).doesNotContain("NetworkDriver.DeleteNetwork");
    }

    @Test
    void anHttpErrorIsShownWithItsText() {
        plugin.status("NetworkDriver.CreateNetwork", 500, "{\"Err\": \"out of order\"}\n");
        assertThatThrownBy(() -> driver.createNetwork(network(Map.of())))
                .hasMessageContaining("NetworkDriver.CreateNetwork: out of order (status 500)");

        plugin.status("NetworkDriver.CreateNetwork", 503, "come back later");
        assertThatThrownBy(() -> driver.createNetwork(network(Map.of())))
                .hasMessageContaining("NetworkDriver.CreateNetwork: come back later (status 503)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "nonsense",
                "{",
                "{\"Interface\": 7}",
                "{\"Interface\": {\"MacAddress\": \"x\"}}",
                "{\"Interface\": {\"Address\": \"10.0.0.2/24\"}}",
                "{\"Interface\": {\"AddressIPv6\": \"10.0.0.2/24\"}}",
                "{\"Interface\": {\"Address\": true}}",
                "{\"Err\": 3}",
                "{} {}",
                "{\"Err\": \"\", \"Interface\": {\"MacAddress\": [1]}}"
            })
    void whatABadAnswerMayHaveLeftIsRolledBack(String answer) {
        plugin.json("NetworkDriver.CreateEndpoint", answer);
        driver.createNetwork(network(Map.of()));

        assertThatThrownBy(() -> driver.createEndpoint(endpoint()))
                .isInstanceOf(IoFailureException.class)
                .hasMessageEndingWith("; rolled back");
        assertThat(plugin.last("NetworkDriver.DeleteEndpoint").request())
                .isEqualTo(Map.of("NetworkID", NETWORK, "EndpointID", ENDPOINT));
        int calls = plugin.methods().size();
        driver.detach(NETWORK, ENDPOINT);
        driver.deleteEndpoint(NETWORK, ENDPOINT);
        assertThat(plugin.methods()).as("undone once is enough").hasSize(calls);
        driver.deleteNetwork(NETWORK);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"InterfaceName\": {\"SrcName\": \"../etc/passwd\"}}|no interface can have",
                "{\"InterfaceName\": {\"SrcName\": \"averyveryverylongname\"}}|no interface can have",
                "{\"InterfaceName\": {\"SrcName\": \"a\", \"DstPrefix\": \"e h\"}}|no interface can have",
                "{\"Gateway\": \"fe80::1\"}|wrong family",
                "{\"Gateway\": \"somewhere\"}|invalid IP address",
                "{\"StaticRoutes\": {}}|not a list",
                "{\"StaticRoutes\": [7]}|not a list of objects",
                "{\"StaticRoutes\": [{\"RouteType\": 1}]}|without a destination",
                "{\"StaticRoutes\": [{\"Destination\": \"10.0.0.0/8\", \"RouteType\": 9}]}|of type 9",
                "{\"StaticRoutes\": [{\"Destination\": \"10.0.0.0/8\", \"RouteType\": 0}]}|without a next hop",
                "{\"StaticRoutes\": [{\"Destination\": \"10.0.0.0/99\", \"RouteType\": 1}]}|length 99"
            })
    void aLyingJoinIsUndone(String answer, String why) {
        plugin.json("NetworkDriver.Join", answer);
        driver.createNetwork(network(Map.of()));
        driver.createEndpoint(endpoint());

        assertThatThrownBy(() -> driver.attach(NETWORK, ENDPOINT, new Sandbox("ef".repeat(32), Path.of("/run/ns"))))
                .isInstanceOf(IoFailureException.class)
                .hasMessageContaining(why)
                .hasMessageEndingWith("; rolled back");
        assertThat(plugin.methods()).endsWith("NetworkDriver.Leave");
    }

    @Test
    void aRollBackThatFailsIsSaid() {
        plugin.json("NetworkDriver.CreateEndpoint", "oops")
                .json("NetworkDriver.DeleteEndpoint", "{\"Err\": \"in use\"}");
        driver.createNetwork(network(Map.of()));

        assertThatThrownBy(() -> driver.createEndpoint(endpoint()))
                .hasMessageEndingWith("; failed to roll back: remote: in use");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffff\r\n{}",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n: x\r\n\r\n{}",
                "SSH-2.0-OpenSSH\r\n\r\n",
                "HTTP/2 200\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{}",
                "HTTP/1.1 200 OK\r\nContent-Le",
                ""
            })
    void whatIsNotHttpIsAnError(String answer) {
        plugin.raw("NetworkDriver.CreateNetwork", answer);

        assertThatThrownBy(() -> driver.createNetwork(network(Map.of())))
                .isInstanceOf(IoFailureException.class)
                .hasMessageContaining("NetworkDriver.CreateNetwork")
                .hasMessageEndingWith("; rolled back");
        assertThat(plugin.methods()).endsWith("NetworkDriver.DeleteNetwork");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\n{\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n",
                "HTTP/1.0 200 OK\r\n\r\n{}",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\ncontent-length: 3\n\n{}\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ERR\": \"\"}"
            })
    void everyFormOfHttpIsUnderstood(String answer) {
        plugin.raw("NetworkDriver.CreateNetwork", answer);

        assertThat(driver.createNetwork(network(Map.of()))).isEmpty();
    }

    @Test
    void anAnswerWithoutEndIsCutOff() {
        plugin.script("NetworkDriver.CreateNetwork", out -> {
            out.write("HTTP/1.1 200 OK\r\n\r\n{\"a\": \"".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write(new byte[4096]);
            }
        });
        assertThatThrownBy(() -> driver.createNetwork(network(Map.of())))
                .hasMessageContaining("longer than 4096 bytes");

        plugin.script("NetworkDriver.CreateNetwork", out -> {
            while (true) {
                out.write("X: y\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        });
        assertThatThrownBy(() -> driver.createNetwork(network(Map.of()))).hasMessageContaining("status line");
    }

    @Test
    void aSlowPluginIsNotWaitedForForLong() {
        open(SHORT);
        plugin.hang("NetworkDriver.CreateNetwork");
        assertThatThrownBy(() -> driver.createNetwork(network(Map.of())))
                .hasMessageContaining("did not answer NetworkDriver.CreateNetwork: no answer within 400 ms")
                .hasMessageEndingWith("; rolled back");

        plugin.script("NetworkDriver.CreateNetwork", out -> {
            out.write("HTTP/1.1 200 OK\r\n\r\n{".getBytes(StandardCharsets.US_ASCII));
            while (true) {
                out.write(' ');
            }
        });
        assertThatThrownBy(() -> driver.createNetwork(network(Map.of()))).isInstanceOf(IoFailureException.class);
        plugin.json("NetworkDriver.CreateNetwork", "{}");
        assertThat(driver.createNetwork(network(Map.of()))).isEmpty();
    }

    @Test
    void aDeadPluginIsTriedAgainThenGivenUpAndFoundAgainWhenItIsBack() throws IOException {
        open(SHORT);
        driver.createNetwork(network(Map.of()));
        plugin.close();
        Path socket = sockets.resolve("acme.sock");
        java.nio.channels.ServerSocketChannel dead =
                java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX);
        dead.bind(java.net.UnixDomainSocketAddress.of(socket));
        dead.close(); // the file stays, and nobody listens

        assertThatThrownBy(() -> driver.createEndpoint(endpoint()))
                .isInstanceOf(IoFailureException.class)
                .hasMessageContaining("cannot reach plugin \"acme\" for NetworkDriver.CreateEndpoint")
                .hasMessageContaining("Connection refused");
        assertThatThrownBy(() -> driver.deleteNetwork(NETWORK)).isInstanceOf(IoFailureException.class);

        java.nio.file.Files.delete(socket);
        assertThatThrownBy(() -> driver.deleteNetwork(NETWORK)).isInstanceOf(NotFoundException.class);
        plugin = new ScriptedPlugin(socket);
        plugin.json("NetworkDriver.DeleteNetwork", "{}");
        driver.deleteNetwork(NETWORK);
        assertThat(plugin.methods())
                .as("activated anew")
                .containsExactly("Plugin.Activate", "NetworkDriver.DeleteNetwork");
    }

    @Test
    void nothingIsAskedOfAPluginUntilItIsUsed() {
        plugin.hang("Plugin.Activate");
        open(SHORT);
        assertThat(provider.probe(null)).isNotNull();
        assertThat(provider.traits().scope()).isEqualTo(NetworkTraits.Scope.LOCAL);
        driver.capability(Restorable.class)
                .orElseThrow()
                .restore(List.of(new Restorable.RestoredNetwork(network(Map.of()), Map.of(), List.of())));
        assertThat(plugin.methods()).isEmpty();
    }

    @Test
    void restoredNetworksGoOnWithoutAWordToThePlugin() {
        driver.capability(Restorable.class)
                .orElseThrow()
                .restore(List.of(new Restorable.RestoredNetwork(
                        network(Map.of()),
                        Map.of(),
                        List.of(new Restorable.RestoredEndpoint(
                                endpoint(), new EndpointPlan(Optional.empty(), Map.of()), true)))));
        assertThat(plugin.methods()).isEmpty();
        driver.detach(NETWORK, ENDPOINT);
        driver.deleteEndpoint(NETWORK, ENDPOINT);
        driver.deleteNetwork(NETWORK);
        assertThat(plugin.methods())
                .containsExactly(
                        "Plugin.Activate",
                        "NetworkDriver.Leave",
                        "NetworkDriver.DeleteEndpoint",
                        "NetworkDriver.DeleteNetwork");
    }

    @Test
    void aPluginOfAnotherKindIsNoNetworkDriver() {
        plugin.json("Plugin.Activate", "{\"Implements\": [\"VolumeDriver\"]}");
        assertThatThrownBy(() -> driver.createNetwork(network(Map.of())))
                .hasMessageContaining("does not implement NetworkDriver, but VolumeDriver");
    }

    @Test
    void itsScopeIsToldOnceItIsKnown() {
        plugin.json("NetworkDriver.GetCapabilities", "{\"Scope\": \"galactic\"}");
        assertThatThrownBy(() -> driver.createNetwork(network(Map.of())))
                .hasMessageContaining("expecting 'local' or 'global'");
        plugin.json("NetworkDriver.GetCapabilities", "{\"Scope\": \"global\"}");
        driver.createNetwork(network(Map.of()));
        assertThat(provider.traits().scope()).isEqualTo(NetworkTraits.Scope.GLOBAL);
    }

    private void joined() {
        driver.createNetwork(network(Map.of()));
        driver.createEndpoint(endpoint());
        driver.attach(NETWORK, ENDPOINT, new Sandbox("ef".repeat(32), Path.of("/run/ns")));
    }

    private NetworkSpec network(Map<String, String> options) {
        return new NetworkSpec(
                NETWORK,
                "net1",
                Options.parse("driver acme", provider.options(), Scope.OBJECT, options),
                List.of(new PoolData(
                        Cidr.parse("10.0.0.0/24"),
                        Optional.of(Cidr.parse("10.0.0.1/24")),
                        Map.of("router", Cidr.parseAddress("10.0.0.9")))),
                false);
    }

    private EndpointSpec endpoint() {
        return new EndpointSpec(
                NETWORK,
                ENDPOINT,
                Optional.of(Cidr.parse("10.0.0.2/24")),
                Optional.empty(),
                Optional.empty(),
                Options.parse("driver acme", provider.options(), Scope.ENDPOINT, Map.of("acme.vlan", "7")));
    }
}
