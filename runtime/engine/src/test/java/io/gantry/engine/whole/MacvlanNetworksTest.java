package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.engine.Container;
import io.gantry.engine.EngineException;
import io.gantry.engine.model.EndpointSettings;
import io.gantry.engine.model.ModelJson;
import io.gantry.engine.model.NetworkRequest;
import io.gantry.spi.DriverException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks of the driver macvlan through the engine, on one end of a veth pair whose other end stands for the wire. */
class MacvlanNetworksTest {
    private static final String WIRE = "10.93.0.200";

    private static WholeEngine whole;
    private static List<String> links;

    @BeforeAll
    static void open(@TempDir Path directory) throws IOException {
        whole = WholeEngine.in(directory);
        whole.inHost(() -> {
            WholeEngine.run("ip", "link", "add", "up0", "type", "veth", "peer", "name", "wire");
            WholeEngine.run("ip", "link", "set", "up0", "up");
            WholeEngine.run("ip", "link", "set", "wire", "up");
            return WholeEngine.run("ip", "address", "add", WIRE + "/24", "dev", "wire");
        });
        links = links();
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
        assertThat(links()).isEqualTo(links);
    }

    @Test
    void aContainerIsOnTheWireWithTheRangeAndGatewayAskedFor() throws Exception {
        create(
                "{\"Subnet\":\"10.93.0.0/24\",\"Gateway\":\"" + WIRE
                        + "\",\"IPRange\":\"10.93.0.64/28\",\"AuxiliaryAddresses\":{\"printer\":\"10.93.0.64\",\"nas\":\"10.93.0.65\"}}");
        Container one = started();
        assertThat(one.endpoints().get(0).ipAddress()).isEqualTo("10.93.0.66");
        assertThat(one.endpoints().get(0).gateway()).isEqualTo(WIRE);
        assertThat(whole.exec(one.id(), "ip route; ping -c 1 -W 2 " + WIRE + " >/dev/null && echo reached")
                        .stdout())
                .contains("default via " + WIRE, "reached");
    }

    @Test
    void noGatewayIsChosenWhereTheUserNamesNone() throws Exception {
        create("{\"Subnet\":\"10.93.0.0/24\"}");
        assertThat(whole.engine()
                        .networks()
                        .find("lan")
                        .request()
                        .ipam()
                        .orElseThrow()
                        .config()
                        .get(0)
                        .gateway())
                .isEmpty();
        Container one = started();
        assertThat(one.endpoints().get(0).gateway()).isEmpty();
        assertThat(whole.exec(one.id(), "ip route").stdout()).contains("eth0").doesNotContain("default");
    }

    @Test
    void aContainerOutlivesTheEngineAndIsDisconnectedByTheNext() throws Exception {
        create("{\"Subnet\":\"10.93.0.0/24\"}");
        Container one = started();
        whole.reopen();
        String ping = "ping -c 1 -W 2 " + WIRE + " >/dev/null && echo reached";
        assertThat(whole.exec(one.id(), ping).stdout()).isEqualTo("reached\n");
        whole.engine().networks().disconnect("lan", one.id(), false);
        assertThat(whole.exec(one.id(), "ip link").stdout()).doesNotContain("eth0");
        whole.engine().networks().connect("lan", one.id(), EndpointSettings.NONE);
        assertThat(whole.exec(one.id(), ping).stdout()).isEqualTo("reached\n");
    }

    @Test
    void aContainerOnABridgeAndAMacvlanNetworkHasOneDefaultRoute() throws Exception {
        create("{\"Subnet\":\"10.93.0.0/24\",\"Gateway\":\"" + WIRE + "\"}");
        String id = whole.createShell("sleep 1000", "{\"NetworkMode\":\"bridge\"}");
        whole.engine().containers().start(id);
        whole.engine().networks().connect("lan", id, EndpointSettings.NONE);
        assertThat(whole.exec(id, "ip route").stdout().lines().filter(route -> route.startsWith("default")))
                .hasSize(1);
        assertThat(whole.exec(id, "ping -c 1 -W 2 " + WIRE + " >/dev/null && echo reached")
                        .stdout())
                .isEqualTo("reached\n");
    }

    @Test
    void aParentThatDoesNotExistIsRefusedAndLeavesNothing() throws Exception {
        String body = "{\"Name\":\"lan\",\"Driver\":\"macvlan\",\"Options\":{\"parent\":\"eth7\"}}";
        NetworkRequest request = ModelJson.mapper().readValue(body, NetworkRequest.class);
        assertThatThrownBy(() -> whole.engine().networks().create(request))
                .isInstanceOfAny(EngineException.class, DriverException.class)
                .hasMessageContaining("invalid subinterface vlan name eth7, example formatting is eth0.10");
    }

    private static void create(String pool) throws IOException {
        String body = "{\"Name\":\"lan\",\"Driver\":\"macvlan\",\"Options\":{\"parent\":\"up0\"},\"IPAM\":{\"Config\":["
                + pool + "]}}";
        whole.engine().networks().create(ModelJson.mapper().readValue(body, NetworkRequest.class));
    }

    /** Names of links but the bridge's pairs, which are deleted a little later. */
    private static List<String> links() throws IOException {
        return whole.links().stream()
                .map(line -> line.replaceFirst(" .*", ""))
                .filter(name -> !name.startsWith("veth"))
                .sorted()
                .toList();
    }

    private static Container started() {
        String id = whole.createShell("sleep 1000", "{\"NetworkMode\":\"lan\"}");
        whole.engine().containers().start(id);
        return whole.engine().containers().find(id);
    }
}
