package io.gantry.engine.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Fd;
import io.gantry.linux.NamedNetns;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.netlink.Link;
import io.gantry.linux.netlink.Netlink;
import io.gantry.spi.Options;
import io.gantry.spi.StatusRow;
import io.gantry.spi.firewall.FirewallBackend;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.NetworkContext;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.PoolData;
import io.gantry.spi.network.Sandbox;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** The plug-in of {@code docs/examples/third-party-driver}, as its own build made it; {@code -Dgantry.example.jar=} says where it is. */
@EnabledIfSystemProperty(named = "gantry.example.jar", matches = ".+")
class ThirdPartyDriverTest {
    private static final String NETWORK = "ab".repeat(32);
    private static final Cidr GATEWAY = Cidr.parse("10.77.0.1/16");

    @TempDir
    Path directory;

    private DriverCatalogue catalogue;

    @BeforeEach
    void dropTheJarOnThePath() throws IOException {
        Path drivers = Files.createDirectory(directory.resolve("drivers"));
        Files.copy(Path.of(System.getProperty("gantry.example.jar")), drivers.resolve("example-gantry-drivers.jar"));
        catalogue = DriverCatalogue.load(PluginPath.of(List.of(drivers)));
    }

    @AfterEach
    void close() {
        catalogue.close();
    }

    @Test
    void oneJarBringsTwoDrivers() {
        assertThat(catalogue.entries()).allMatch(CatalogueEntry::isLoaded).hasSize(2);
        assertThat(catalogue.names(DriverKind.STORAGE)).containsExactly("copydir");
        assertThat(catalogue.names(DriverKind.NETWORK)).containsExactly("ptp");
    }

    @Test
    void theStorageDriverKeepsLayersWithItsOwnJsonLibrary() throws IOException {
        StorageDriverProvider provider = catalogue.storage("copydir");
        LayerId base = LayerId.of("base");
        LayerId child = LayerId.of("child");
        try (StorageDriver driver = provider.open(ProbeContexts.in(directory).storage(provider))) {
            driver.prepare(LayerId.of("work"), Optional.empty(), LayerOptions.none());
            Files.writeString(
                    driver.layerTarget(LayerId.of("work"))
                            .orElseThrow()
                            .directory()
                            .resolve("file"),
                    "content");
            driver.commit(LayerId.of("work"), base);
            driver.prepare(child, Optional.of(base), LayerOptions.none());

            assertThat(driver.layerTarget(child).orElseThrow().directory().resolve("file"))
                    .hasContent("content");
            assertThat(driver.usage(base).inodes()).isEqualTo(1);
            assertThat(driver.status()).contains(new StatusRow("JSON Library", "jackson-core 2.9.10"));
        }
        assertThat(com.fasterxml.jackson.core.json.PackageVersion.VERSION.toString())
                .isNotEqualTo("2.9.10");
    }

    @Test
    void theNetworkDriverConnectsContainersWithEachOtherAndLeavesNothing() throws Exception {
        Path host = namespace("host");
        Path one = namespace("one");
        Path two = namespace("two");
        try (NetworkDriver driver = catalogue.network("ptp").open(new Context(directory, host))) {
            driver.createNetwork(new NetworkSpec(
                    NETWORK,
                    "net",
                    Options.none(),
                    List.of(new PoolData(Cidr.parse("10.77.0.0/16"), Optional.of(GATEWAY), Map.of())),
                    false));
            connect(driver, host, one, "1a".repeat(32), Cidr.parse("10.77.0.2/16"));
            connect(driver, host, two, "2b".repeat(32), Cidr.parse("10.77.0.3/16"));

            try (ServerSocket server = Namespaces.in(one, NamespaceKind.NETWORK, () -> new ServerSocket(8080));
                    Socket fromNeighbour =
                            Namespaces.in(two, NamespaceKind.NETWORK, () -> new Socket("10.77.0.2", 8080));
                    Socket fromHost = Namespaces.in(host, NamespaceKind.NETWORK, () -> new Socket("10.77.0.2", 8080))) {
                assertThat(server.accept().getRemoteSocketAddress().toString()).startsWith("/10.77.0.3:");
                assertThat(fromNeighbour.isConnected()).isTrue();
                assertThat(fromHost.isConnected()).isTrue();
            }

            for (String endpoint : List.of("1a".repeat(32), "2b".repeat(32))) {
                driver.detach(NETWORK, endpoint);
                driver.deleteEndpoint(NETWORK, endpoint);
                driver.deleteEndpoint(NETWORK, endpoint);
            }
            driver.deleteNetwork(NETWORK);
            try (Netlink netlink = Netlink.open(host)) {
                assertThat(netlink.links()).extracting(Link::name).noneMatch(name -> name.startsWith("ptp"));
            }
        } finally {
            for (Path namespace : List.of(host, one, two)) {
                NamedNetns.delete(namespace);
            }
        }
    }

    private record Context(Path root, Path hostNamespace) implements NetworkContext {
        @Override
        public Path runDirectory() {
            return root;
        }

        @Override
        public Options options() {
            return Options.none();
        }

        @Override
        public FirewallBackend firewall() {
            throw new AssertionError("ptp asks nothing of the firewall");
        }
    }

    private Path namespace(String name) throws IOException {
        Path file = directory.resolve(name);
        NamedNetns.create(file);
        return file;
    }

    /** What the engine does with a driver's answer. */
    private static void connect(NetworkDriver driver, Path host, Path sandbox, String endpoint, Cidr address) {
        driver.createEndpoint(new EndpointSpec(
                NETWORK, endpoint, Optional.of(address), Optional.empty(), Optional.empty(), Options.none()));
        Attachment.MoveInterface move =
                (Attachment.MoveInterface) driver.attach(NETWORK, endpoint, new Sandbox("cd".repeat(32), sandbox));
        try (Netlink outside = Netlink.open(host);
                Netlink inside = Netlink.open(sandbox);
                Fd target = NamedNetns.open(sandbox)) {
            outside.moveToNamespace(outside.link(move.source()).orElseThrow().index(), target, "eth0");
            int index = inside.link("eth0").orElseThrow().index();
            inside.addAddress(index, io.gantry.linux.netlink.Cidr.parse(address.toString()));
            inside.setUp(index);
            inside.addRoute(io.gantry.linux.netlink.Route.defaultVia(
                    move.layer3().gateway4().orElseThrow(), index));
        }
    }
}
