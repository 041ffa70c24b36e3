package io.gantry.firewall.nftables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Fd;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.nft.NftOutput;
import io.gantry.linux.nft.Nftables;
import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Options;
import io.gantry.spi.Probe;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.firewall.FilteredNetwork;
import io.gantry.spi.firewall.FilteredNetwork.DirectAccess;
import io.gantry.spi.firewall.FilteredNetwork.Family;
import io.gantry.spi.firewall.FirewallBackend;
import io.gantry.spi.firewall.FirewallContext;
import io.gantry.spi.firewall.FirewallProvider;
import io.gantry.spi.firewall.PublishedEndpoint;
import io.gantry.spi.network.Cidr;
import io.gantry.spi.network.PortMapping;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the table holds. What it does to packets is tested with the bridge driver. */
class NftablesFirewallTest {
    private Fd namespace;
    private Nftables nft;
    private FirewallBackend firewall;

    @BeforeEach
    void start() {
        namespace = Namespaces.inNew(
                Set.of(NamespaceKind.NETWORK), () -> Fd.open(Path.of("/proc/thread-self/ns/net"), OpenFlags.O_RDONLY));
        nft = Nftables.open(namespace.path());
        firewall = open();
    }

    @AfterEach
    void stop() {
        firewall.close();
        nft.close();
        namespace.close();
    }

    @Test
    void theProviderIsFoundAndItsProbeChangesNothing() {
        FirewallProvider provider =
                ServiceLoader.load(FirewallProvider.class).findFirst().orElseThrow();
        assertThat(provider.name()).isEqualTo("nftables");
        assertThat(provider.probe(context())).isInstanceOf(Probe.Supported.class);
        assertThat(nft.run("list ruleset")).isEmpty();
    }

    @Test
    void aMissingLibraryIsNamedWithItsPackage() throws Exception {
        String hidden = "for library in /usr/lib/*/libnftables.so.1 /usr/lib64/libnftables.so.1; do"
                + " [ ! -e $library ] || mount --bind /dev/null $library || exit 1; done; exec \"$@\"";

        assertThat(probed(hidden))
                .contains("MISSING_PROGRAM", "libnftables.so.1 is not installed", "apt-get install libnftables1")
                .contains("UnsupportedException: cannot open the firewall nftables");
    }

    @Test
    void protocolsNeedNoNames() throws Exception {
        assertThat(probed("[ ! -e /etc/protocols ] || mount --bind /dev/null /etc/protocols || exit 1; exec \"$@\""))
                .contains("Supported", "published");
    }

    /** What the provider says in namespaces of its own, after a shell has changed what it sees. */
    private static String probed(String change) throws Exception {
        Process child = new ProcessBuilder(
                        "unshare",
                        "--mount",
                        "--net",
                        "sh",
                        "-c",
                        change,
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        ProbeMain.class.getName())
                .redirectErrorStream(true)
                .start();
        child.getOutputStream().close();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(output).isZero();
        return output;
    }

    /** Tells on standard output what the provider says, and what its driver does. */
    static final class ProbeMain {
        private ProbeMain() {}

        public static void main(String[] arguments) {
            Context context = new Context(Path.of("/proc/self/ns/net"));
            System.out.println(new NftablesProvider().probe(context));
            try (FirewallBackend firewall = new NftablesProvider().open(context)) {
                firewall.apply(network("a", "br-a", "10.1.0.0/16", Family.nat()));
                firewall.publish(endpoint("e", "a", "10.1.0.2", tcp("0.0.0.0", 80, 80, 1)));
                System.out.println("published");
            } catch (UnsupportedException e) {
                System.out.println(e);
            }
        }
    }

    @Test
    void unpublishLeavesTheTableAsItWas() {
        firewall.apply(network("a", "br-a", "10.1.0.0/16", Family.nat()));
        String before = table();
        firewall.publish(endpoint("e", "a", "10.1.0.2", tcp("0.0.0.0", 80, 80, 1), tcp("192.0.2.1", 90, 190, 5)));
        firewall.publish(endpoint("f", "a", "10.1.0.3", tcp("192.0.2.1", 7000, 7000, 100)));
        assertThat(table()).contains("10.1.0.2 . 194", "192.0.2.1 . tcp . 7000-7099 : 10.1.0.3");
        firewall.unpublish("e");
        firewall.unpublish("e");
        assertThat(table()).doesNotContain("10.1.0.2").contains("10.1.0.3");
        firewall.unpublish("f");
        assertThat(table()).isEqualTo(before);
    }

    @Test
    void publishTakesThePlaceOfWhatTheEndpointHad() {
        firewall.apply(network("a", "br-a", "10.1.0.0/16", Family.nat()));
        firewall.publish(endpoint("e", "a", "10.1.0.2", tcp("0.0.0.0", 80, 80, 1), tcp("0.0.0.0", 81, 81, 1)));
        firewall.publish(endpoint("e", "a", "10.1.0.2", tcp("0.0.0.0", 80, 8080, 1), tcp("0.0.0.0", 82, 82, 1)));
        assertThat(table()).contains("tcp . 80 : 10.1.0.2 . 8080", "tcp . 82").doesNotContain("tcp . 81");
    }

    @Test
    void aPortOfAnotherEndpointIsRefusedAsAWhole() {
        firewall.apply(network("a", "br-a", "10.1.0.0/16", Family.nat()));
        firewall.publish(endpoint("e", "a", "10.1.0.2", tcp("0.0.0.0", 8000, 8000, 11)));
        assertThatThrownBy(() -> firewall.publish(
                        endpoint("f", "a", "10.1.0.3", tcp("0.0.0.0", 1, 1, 1), tcp("0.0.0.0", 7990, 80, 11))))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("endpoint e has it published");
        assertThat(table()).doesNotContain("10.1.0.3");
        firewall.unpublish("e");
        firewall.publish(endpoint("f", "a", "10.1.0.3", tcp("0.0.0.0", 7990, 80, 11)));
        assertThat(table()).contains("10.1.0.3 . 90");
    }

    @Test
    void aPortThatOneEndpointAsksForTwiceIsRefusedAsAWhole() {
        firewall.apply(network("a", "br-a", "10.1.0.0/16", Family.nat()));
        String before = table();
        assertThatThrownBy(() -> firewall.publish(
                        endpoint("e", "a", "10.1.0.2", tcp("0.0.0.0", 8005, 80, 1), tcp("0.0.0.0", 8000, 81, 11))))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("8000-8010/tcp")
                .hasMessageContaining("port 8005 twice");
        assertThat(table()).isEqualTo(before);
        firewall.publish(endpoint("e", "a", "10.1.0.2", tcp("0.0.0.0", 8005, 80, 1), tcp("192.0.2.1", 8005, 81, 1)));
        assertThat(table()).contains("10.1.0.2 . 80", "10.1.0.2 . 81");
    }

    @Test
    void anEndpointOfAnUnknownNetworkIsNotFound() {
        assertThatThrownBy(() -> firewall.publish(endpoint("e", "a", "10.1.0.2", tcp("0.0.0.0", 80, 80, 1))))
                .isInstanceOf(NotFoundException.class);
    }

    @Test
    void applyingANetworkAnewAlsoChangesWhatItsEndpointsHavePublished() {
        firewall.apply(network("a", "br-a", "10.1.0.0/16", Family.nat()));
        firewall.publish(endpoint("e", "a", "10.1.0.2", tcp("0.0.0.0", 80, 8080, 1), tcp("192.0.2.1", 81, 8080, 1)));
        assertThat(nft.run("list set inet gantry open4")).doesNotContain("8080");
        firewall.apply(network(
                "a", "br-a", "10.1.0.0/16", new Family(false, Optional.empty(), false, DirectAccess.PUBLISHED)));
        assertThat(nft.run("list set inet gantry open4")).contains("10.1.0.2 . tcp . 8080");
        assertThat(nft.run("list map inet gantry publish_any4")).doesNotContain("10.1.0.2");
        firewall.removeNetwork("a");
        firewall.removeNetwork("a");
        assertThat(table()).doesNotContain("elements");
    }

    @Test
    void whatOthersHaveIsNeverTouched() {
        nft.run("add table inet other; add chain inet other c { type filter hook forward priority 0; policy drop; }");
        String theirs = nft.run("list table inet other");
        firewall.apply(network("a", "br-a", "10.1.0.0/16", Family.nat()));
        firewall.restore(List.of(), List.of());
        firewall.removeNetwork("a");
        assertThat(nft.run("list table inet other")).isEqualTo(theirs);
        assertThat(firewall.status())
                .anySatisfy(row -> assertThat(row.value()).contains("inet other c drops forwarded packets"));
    }

    @Test
    void aTableThatSomebodyFlushedIsMadeAnewWithTheNextChange() {
        firewall.apply(network("a", "br-a", "10.1.0.0/16", Family.nat()));
        firewall.publish(endpoint("e", "a", "10.1.0.2", tcp("0.0.0.0", 80, 80, 1)));
        String before = table();
        nft.run("flush ruleset");
        firewall.publish(endpoint("f", "a", "10.1.0.3", tcp("0.0.0.0", 90, 90, 1)));
        firewall.unpublish("f");
        assertThat(table()).isEqualTo(before);
        nft.run("delete element inet gantry publish_any4 { tcp . 80 }");
        firewall.unpublish("e");
        assertThat(table()).doesNotContain("10.1.0.2");
    }

    @Test
    void restoreLeavesExactlyWhatIsNamedAndWhatThisProcessMadeBefore() {
        firewall.apply(network("stale", "br-stale", "10.9.0.0/16", Family.nat()));
        firewall.publish(endpoint("s", "stale", "10.9.0.2", tcp("0.0.0.0", 99, 99, 1)));
        firewall.close();
        firewall = open();
        PublishedEndpoint kept = endpoint("e", "a", "10.1.0.2", tcp("0.0.0.0", 80, 80, 1));
        firewall.restore(List.of(network("a", "br-a", "10.1.0.0/16", Family.nat())), List.of(kept));
        firewall.restore(List.of(network("b", "br-b", "10.2.0.0/16", Family.nat())), List.of());
        assertThat(table()).contains("br-a", "br-b", "10.1.0.2").doesNotContain("stale", "10.9.0");
        assertThatThrownBy(() -> firewall.publish(endpoint("f", "b", "10.2.0.2", tcp("0.0.0.0", 80, 80, 1))))
                .isInstanceOf(AlreadyExistsException.class);
    }

    @Test
    void aThousandPortsOfEachOfTwentyEndpointsAreOneElementEach() {
        firewall.apply(network("a", "br-a", "10.1.0.0/16", Family.nat()));
        String before = table();
        String rules = rules();
        for (int e = 0; e < 20; e++) {
            List<PortMapping> ports = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                ports.add(tcp("0.0.0.0", 10_000 + 1000 * e + i, 80, 1));
            }
            firewall.publish(endpoint("e" + e, "a", "10.1.0." + (e + 2), ports.toArray(PortMapping[]::new)));
        }
        assertThat(nft.run("list map inet gantry publish_any4").split("tcp \\.", -1))
                .hasSize(20_001);
        assertThat(rules()).isEqualTo(rules).contains("map @publish_any4");
        for (int e = 0; e < 20; e++) {
            firewall.unpublish("e" + e);
        }
        assertThat(table()).isEqualTo(before);
    }

    private FirewallBackend open() {
        return new NftablesProvider().open(context());
    }

    private Context context() {
        return new Context(namespace.path());
    }

    /** The rules of our table without the elements of its sets and maps: what a packet goes through. */
    private String rules() {
        return nft.run("list table inet gantry", NftOutput.TERSE);
    }

    private String table() {
        return nft.run("list table inet gantry");
    }

    private static FilteredNetwork network(String id, String bridge, String subnet, Family ipv4) {
        return new FilteredNetwork(id, bridge, List.of(Cidr.parse(subnet)), true, false, ipv4, Family.nat());
    }

    private static PublishedEndpoint endpoint(String id, String network, String address, PortMapping... mappings) {
        return new PublishedEndpoint(
                id, network, Optional.of(Cidr.parseAddress(address)), Optional.empty(), List.of(mappings));
    }

    private static PortMapping tcp(String host, int hostPort, int containerPort, int count) {
        return new PortMapping(PortMapping.Protocol.TCP, Cidr.parseAddress(host), hostPort, containerPort, count);
    }

    private record Context(Path hostNamespace) implements FirewallContext {
        @Override
        public Path root() {
            return Path.of("/nonexistent");
        }

        @Override
        public Path runDirectory() {
            return Path.of("/nonexistent");
        }

        @Override
        public Options options() {
            return Options.none();
        }
    }
}
