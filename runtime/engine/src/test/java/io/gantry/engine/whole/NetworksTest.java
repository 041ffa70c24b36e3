package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.Container;
import io.gantry.engine.EngineException;
import io.gantry.engine.EngineException.Kind;
import io.gantry.engine.Networks.Network;
import io.gantry.engine.model.EndpointSettings;
import io.gantry.engine.model.ModelJson;
import io.gantry.engine.model.NetworkRequest;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NetworksTest {
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
        whole.engine().networks().list().stream()
                .filter(network -> !network.predefined())
                .forEach(network -> whole.engine().networks().remove(network.id()));
        assertThat(whole.links()).noneMatch(link -> link.startsWith("veth") || link.startsWith("br-"));
    }

    @Test
    void theThreeNetworksOfDockerAreThere() {
        assertThat(whole.engine().networks().list())
                .extracting(network -> network.name() + " " + network.driver() + " " + network.scope())
                .containsExactlyInAnyOrder("bridge bridge local", "host host local", "none null local");
        assertThat(whole.engine()
                        .networks()
                        .find("bridge")
                        .request()
                        .ipam()
                        .orElseThrow()
                        .config()
                        .get(0)
                        .subnet())
                .isEqualTo("172.17.0.0/16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bridge", "host", "none"})
    void aPredefinedNetworkIsNotRemoved(String name) {
        assertThatThrownBy(() -> whole.engine().networks().remove(name))
                .isInstanceOfSatisfying(
                        EngineException.class, e -> assertThat(e.kind()).isEqualTo(Kind.FORBIDDEN))
                .hasMessageContaining(name + " is a pre-defined network and cannot be removed");
    }

    @Test
    void containersOfOneNetworkReachEachOtherAndThoseOfAnotherDoNot() throws Exception {
        create("{\"Name\":\"red\"}");
        create("{\"Name\":\"blue\"}");
        Container red = started("red");
        Container blue = started("blue");
        String probe = "ping -c 1 -W 2 " + address(red) + " >/dev/null && echo reached";

        assertThat(whole.run(whole.createShell(probe, "{\"NetworkMode\":\"red\"}"))
                        .stdout())
                .isEqualTo("reached\n");
        assertThat(whole.run(whole.createShell(probe, "{\"NetworkMode\":\"blue\"}"))
                        .stdout())
                .isEmpty();
        assertThat(whole.exec(blue.id(), probe).stdout()).isEmpty();
    }

    @Test
    void anInternalNetworkHasNoWayOut() throws Exception {
        create("{\"Name\":\"inside\",\"Internal\":true}");

        String id = whole.createShell("ip route", "{\"NetworkMode\":\"inside\"}");

        assertThat(whole.run(id).stdout()).doesNotContain("default").contains("eth0");
    }

    @Test
    void aNetworkThatIsUsedIsNotRemovedAndNamesItsUsers() throws Exception {
        create("{\"Name\":\"busy\"}");
        Container one = started("busy");

        assertThatThrownBy(() -> whole.engine().networks().remove("busy"))
                .hasMessageContaining("has active endpoints")
                .hasMessageContaining(one.name());
        assertThat(whole.engine().networks().find("busy").attached()).containsOnlyKeys(one.id());
    }

    @Test
    void aRunningContainerIsConnectedAndDisconnected() throws Exception {
        create("{\"Name\":\"late\"}");
        Container one = started("bridge");

        whole.engine().networks().connect("late", one.id(), EndpointSettings.NONE);
        assertThat(whole.exec(one.id(), "ip -o -4 addr").stdout()).contains("eth0", "eth1");
        assertThat(whole.engine().containers().find(one.id()).endpoints()).hasSize(2);

        whole.engine().networks().disconnect("bridge", one.id(), false);
        assertThat(whole.exec(one.id(), "ip -o -4 addr; ip route").stdout())
                .doesNotContain("eth0")
                .contains("default via");
    }

    @Test
    void poolGatewayAndAddressAreThoseAskedFor() throws Exception {
        create(
                "{\"Name\":\"own\",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.91.0.0/24\",\"Gateway\":\"10.91.0.254\",\"IPRange\":\"10.91.0.64/26\"}]}}");
        String fixed = whole.create(
                "{\"Image\":\"" + WholeEngine.IMAGE
                        + "\",\"Cmd\":[\"sleep\",\"1000\"],\"HostConfig\":{\"NetworkMode\":\"own\"},\"NetworkingConfig\":{\"EndpointsConfig\":{\"own\":{\"IPAMConfig\":{\"IPv4Address\":\"10.91.0.7\"},\"MacAddress\":\"02:42:0a:5b:00:07\"}}}}");
        whole.engine().containers().start(fixed);

        assertThat(whole.exec(fixed, "ip addr show eth0; ip route").stdout())
                .contains("10.91.0.7/24", "02:42:0a:5b:00:07", "default via 10.91.0.254");
        assertThat(address(started("own"))).startsWith("10.91.0.6");
    }

    @Test
    void overlappingPoolsAndWrongOptionsAreRefusedAndLeaveNothing() throws Exception {
        create("{\"Name\":\"first\",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.92.0.0/24\"}]}}");
        int before = whole.links().size();

        assertThatThrownBy(
                        () -> create("{\"Name\":\"second\",\"IPAM\":{\"Config\":[{\"Subnet\":\"10.92.0.128/25\"}]}}"))
                .hasMessageContaining("Pool overlaps with other one on this address space");
        assertThatThrownBy(
                        () -> create("{\"Name\":\"third\",\"Options\":{\"com.docker.network.bridge.nosuch\":\"1\"}}"))
                .hasMessageContaining("com.docker.network.bridge.nosuch")
                .hasMessageContaining("com.docker.network.bridge.name");
        assertThatThrownBy(() -> create("{\"Name\":\"first\"}")).hasMessage("network with name first already exists");
        assertThatThrownBy(() -> create("{\"Name\":\"fourth\",\"Driver\":\"nosuch\"}"))
                .hasMessageContaining("nosuch");

        assertThat(whole.links()).hasSize(before);
        assertThat(whole.engine().networks().list())
                .extracting(Network::name)
                .doesNotContain("second", "third", "fourth");
    }

    @Test
    void aContainerSharesAnothersNetwork() throws Exception {
        Container one = started("bridge");

        String id = whole.createShell(
                "hostname -i; ip -o -4 addr show eth0", "{\"NetworkMode\":\"container:" + one.name() + "\"}");

        assertThat(whole.run(id).stdout()).contains(address(one));
    }

    private static void create(String body) throws IOException {
        whole.engine().networks().create(ModelJson.mapper().readValue(body, NetworkRequest.class));
    }

    private static Container started(String network) {
        String id = whole.createShell("sleep 1000", "{\"NetworkMode\":\"" + network + "\"}");
        whole.engine().containers().start(id);
        return whole.engine().containers().find(id);
    }

    private static String address(Container container) {
        return container.endpoints().get(0).ipAddress();
    }
}
