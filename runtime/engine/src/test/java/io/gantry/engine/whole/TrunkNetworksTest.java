package io.gantry.engine.whole;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.engine.Container;
import io.gantry.engine.model.ModelJson;
import io.gantry.engine.model.NetworkRequest;
import io.gantry.tck.network.UplinkLab;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@link MacvlanNetworksTest} cannot show on every kernel: VLANs as parents, and ipvlan. */
class TrunkNetworksTest {
    private static final String WIRE = "10.93.0.200";

    private static WholeEngine whole;
    private static List<String> links;

    @BeforeAll
    static void open(@TempDir Path directory) throws IOException {
        UplinkLab.assumeVlans();
        UplinkLab.assumeIpvlan();
        whole = WholeEngine.in(directory);
        whole.inHost(() -> {
            WholeEngine.run("ip", "link", "add", "up0", "type", "veth", "peer", "name", "wire");
            WholeEngine.run("ip", "link", "set", "up0", "up");
            WholeEngine.run("ip", "link", "set", "wire", "up");
            WholeEngine.run("ip", "link", "add", "link", "wire", "name", "wire.10", "type", "vlan", "id", "10");
            WholeEngine.run("ip", "link", "set", "wire.10", "up");
            return WholeEngine.run("ip", "address", "add", WIRE + "/24", "dev", "wire.10");
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
    @Tag("vlan")
    void aMacvlanContainerIsOnAVlanOfATrunk() throws Exception {
        create("macvlan", "\"parent\":\"up0.10\"", "{\"Subnet\":\"10.93.0.0/24\"}");
        assertThat(links()).contains("up0.10@up0");
        assertReaches(started(), WIRE);
        whole.reopen();
        assertThat(links()).contains("up0.10@up0");
    }

    @Test
    @Tag("ipvlan")
    void anIpvlanContainerIsOnAVlanOfATrunkAndOutlivesTheEngine() throws Exception {
        create("ipvlan", "\"parent\":\"up0.10\"", "{\"Subnet\":\"10.93.0.0/24\",\"Gateway\":\"" + WIRE + "\"}");
        Container one = started();
        assertReaches(one, WIRE);
        assertThat(whole.exec(one.id(), "ip route").stdout()).contains("default via " + WIRE);
        whole.reopen();
        assertReaches(one, WIRE);
        whole.engine().networks().disconnect("lan", one.id(), false);
        assertThat(whole.exec(one.id(), "ip link").stdout()).doesNotContain("eth0");
    }

    @Test
    @Tag("ipvlan")
    void l3ContainersRouteByTheInterfaceItself() throws Exception {
        create("ipvlan", "\"parent\":\"up0\",\"ipvlan_mode\":\"l3\"", "{\"Subnet\":\"10.94.0.0/24\"}");
        Container one = started();
        Container other = started();
        assertThat(whole.exec(one.id(), "ip route").stdout())
                .contains("default dev eth0")
                .doesNotContain("via");
        assertReaches(one, other.endpoints().get(0).ipAddress());
    }

    private static void assertReaches(Container container, String address) throws Exception {
        assertThat(whole.exec(container.id(), "ping -c 1 -W 2 " + address + " >/dev/null && echo reached")
                        .stdout())
                .isEqualTo("reached\n");
    }

    private static void create(String driver, String options, String pool) throws IOException {
        String body = "{\"Name\":\"lan\",\"Driver\":\"" + driver + "\",\"Options\":{" + options
                + "},\"IPAM\":{\"Config\":[" + pool + "]}}";
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
