package io.gantry.network.ipvlan;

import static io.gantry.tck.network.UplinkLab.UPLINK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.MacAddress;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.Sandbox;
import io.gantry.tck.network.UplinkLab;
import io.gantry.tck.network.UplinkRig;
import io.gantry.tck.network.UplinkRig.Wanted;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the driver decides without the kernel's ipvlan. */
class IpvlanRefusalsTest {
    private static final String SUBNET = "10.7.0.0/24";
    private static final Wanted NET = Wanted.net().with(IpvlanOptions.PARENT, UPLINK);

    @TempDir
    private Path root;

    private UplinkRig rig;
    private UplinkLab lab;

    @BeforeEach
    void start() {
        rig = new UplinkRig(new IpvlanProvider(), root);
        lab = rig.lab();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void theProviderIsFoundAndItsProbeLeavesNothingBehind() {
        NetworkDriverProvider provider = ServiceLoader.load(NetworkDriverProvider.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(candidate -> candidate.name().equals("ipvlan"))
                .findFirst()
                .orElseThrow();
        assertThat(provider.probe(rig.context()).toString()).contains("ipvlan");
        assertThat(provider.choosesGateway()).isFalse();
        assertClean();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "parent      | lo       | loopback interface is not a valid ipvlan parent link",
                "parent      | eth7     | invalid subinterface vlan name eth7, example formatting is eth0.10",
                "parent      | eth7.10  | -o parent interface was not found on the host: eth7",
                "ipvlan_mode | l4       | requested ipvlan mode 'l4' is not valid, 'l2' mode is the ipvlan driver default",
                "ipvlan_flag | passthru | requested ipvlan flag 'passthru' is not valid, 'bridge' is the ipvlan driver default"
            })
    void optionsThatCannotBeRightAreRefusedAndLeaveNothing(String key, String value, String message) {
        NetworkSpec network = rig.spec(NET.with(key, value).subnet(SUBNET));
        assertThatThrownBy(() -> rig.driver().createNetwork(network))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining(message);
        rig.driver().deleteNetwork(network.id());
        assertClean();
    }

    @Test
    void aParentHasOneNetwork() {
        NetworkSpec first = rig.network(NET.subnet(SUBNET));
        NetworkSpec second = rig.spec(NET.subnet("10.8.0.0/24"));
        assertThatThrownBy(() -> rig.driver().createNetwork(second))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining(
                        "network di-" + first.id().substring(0, 12) + " is already using parent interface " + UPLINK);
        rig.driver().deleteNetwork(first.id());
        rig.driver().createNetwork(second);
        assertClean();
    }

    @Test
    void aMacAddressIsRefused() {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        EndpointSpec spec =
                rig.endpoint(network, Optional.of(new MacAddress("02:00:00:00:00:07")), Map.of(), "10.7.0.2/24");
        assertThatThrownBy(() -> rig.driver().createEndpoint(spec))
                .isInstanceOf(InvalidArgumentException.class)
                .hasMessageContaining("ipvlan interfaces do not support custom mac address assignment");
    }

    @Test
    void idsAreUsedOnceAndWhatIsUnknownIsNotFound() {
        NetworkSpec network = rig.network(NET.subnet(SUBNET));
        assertThatThrownBy(() -> rig.driver().createNetwork(network)).isInstanceOf(AlreadyExistsException.class);
        EndpointSpec spec = rig.endpoint(network, Optional.empty(), Map.of(), "10.7.0.2/24");
        assertThat(rig.driver().createEndpoint(spec).mac()).isEmpty();
        assertThatThrownBy(() -> rig.driver().createEndpoint(spec)).isInstanceOf(AlreadyExistsException.class);
        assertThatThrownBy(() -> rig.driver().deleteNetwork(network.id()))
                .isInstanceOf(FailedPreconditionException.class)
                .hasMessageContaining("network has active endpoints");
        Sandbox sandbox = new Sandbox("c".repeat(64), lab.remote().path());
        assertThatThrownBy(() -> rig.driver().attach(network.id(), "e".repeat(64), sandbox))
                .isInstanceOf(NotFoundException.class);
    }

    private void assertClean() {
        assertThat(lab.links(lab.host())).containsExactly("lo", UPLINK);
    }
}
