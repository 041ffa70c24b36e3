package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.ContainerState.Status;
import io.gantry.engine.model.PortBinding;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishingTest {
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
    void removeAll() throws IOException {
        whole.engine()
                .containers()
                .list()
                .forEach(one -> whole.engine().containers().remove(one.id(), true, true));
        assertThat(whole.links()).noneMatch(link -> link.startsWith("veth"));
        assertThat(elements()).isEmpty();
    }

    @Test
    void aPortThatAnotherContainerHasIsRefusedInDockersWordsAndNothingIsLeft() throws Exception {
        String first = sleeper("{\"80/tcp\":[{\"HostPort\":\"8000\"}]}");
        whole.engine().containers().start(first);
        String second = sleeper(
                "{\"81/tcp\":[{\"HostPort\":\"8001\"}],\"80/tcp\":[{\"HostIp\":\"127.0.0.1\",\"HostPort\":\"8000\"}]}");
        List<String> before = whole.links();

        assertThatThrownBy(() -> whole.engine().containers().start(second))
                .hasMessageContaining("driver failed programming external connectivity on endpoint")
                .hasMessageContaining("Bind for 127.0.0.1:8000 failed: port is already allocated");

        assertThat(whole.links()).isEqualTo(before);
        assertThat(elements()).noneMatch(line -> line.contains("8001"));
        assertThat(whole.engine().containers().find(second).state().status()).isEqualTo(Status.CREATED);
        whole.engine().containers().remove(first, true, true);
        whole.engine().containers().start(second);
        assertThat(whole.engine().containers().find(second).state().status()).isEqualTo(Status.RUNNING);
    }

    @Test
    void aPortThatAProgramOfTheHostHasIsRefused() throws Exception {
        try (ServerSocketChannel server = whole.inHost(ServerSocketChannel::open)) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 8002));
            String id = sleeper("{\"80/tcp\":[{\"HostPort\":\"8002\"}]}");

            assertThatThrownBy(() -> whole.engine().containers().start(id))
                    .hasMessageContaining("8002")
                    .hasMessageContaining("address already in use");
        }
    }

    @Test
    void freePortsAreChosenAndRangesSpread() {
        String id = sleeper("{\"80/tcp\":[{\"HostPort\":\"\"}],\"81/udp\":[{\"HostPort\":\"8100-8102\"}]}");
        String other = sleeper("{\"81/udp\":[{\"HostPort\":\"8100-8102\"}]}");
        whole.engine().containers().start(id);
        whole.engine().containers().start(other);

        assertThat(Integer.parseInt(shown(id, "80/tcp").hostPort())).isGreaterThan(1024);
        assertThat(shown(id, "81/udp").hostPort()).isEqualTo("8100");
        assertThat(shown(other, "81/udp").hostPort()).isEqualTo("8101");
    }

    @Test
    void thousandPortsAreOneRuleSetWhoseRulesDoNotGrow() throws Exception {
        String one = sleeper("{\"80/tcp\":[{\"HostPort\":\"8200\"}]}");
        whole.engine().containers().start(one);
        long rules = rules();
        String ports = IntStream.range(20_000, 21_000)
                .mapToObj(port -> "\"" + port + "/tcp\":[{\"HostPort\":\"" + port + "\"}]")
                .collect(Collectors.joining(",", "{", "}"));
        String many = sleeper(ports);

        whole.engine().containers().start(many);

        assertThat(rules()).isEqualTo(rules);
        assertThat(whole.engine().containers().find(many).ports()).hasSize(1_000);
    }

    @Test
    void publishingOnTheHostsNetworkIsIgnoredWithDockersWarning() {
        assertThat(whole.warnings("{\"NetworkMode\":\"host\",\"PortBindings\":{\"80/tcp\":[{\"HostPort\":\"8300\"}]}}"))
                .containsExactly("Published ports are discarded when using host network mode");
    }

    private static String sleeper(String ports) {
        return whole.createShell("sleep 1000", "{\"PortBindings\":" + ports + "}");
    }

    private static PortBinding shown(String id, String port) {
        return whole.engine().containers().find(id).ports().get(port).get(0);
    }

    private static long rules() throws IOException {
        return whole.inHost(() -> WholeEngine.run("nft", "-a", "list", "table", "inet", "gantry"))
                .lines()
                .filter(line -> line.contains("# handle"))
                .filter(line -> !line.contains("chain")
                        && !line.contains("map")
                        && !line.contains("set ")
                        && !line.contains("table"))
                .count();
    }

    /** The elements of maps by which ports are published. */
    private static List<String> elements() throws IOException {
        return whole.inHost(() -> WholeEngine.run("nft", "list", "ruleset"))
                .lines()
                .filter(line -> line.contains("tcp . ") || line.contains("udp . "))
                .toList();
    }
}
