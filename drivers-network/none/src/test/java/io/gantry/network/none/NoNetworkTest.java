package io.gantry.network.none;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.Options;
import io.gantry.spi.Probe;
import io.gantry.spi.network.Attachment;
import io.gantry.spi.network.EndpointSpec;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.network.NetworkSpec;
import io.gantry.spi.network.Restorable;
import io.gantry.spi.network.Sandbox;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class NoNetworkTest {
    private static final NetworkSpec NETWORK = new NetworkSpec("n".repeat(64), "x", Options.none(), List.of(), false);
    private static final EndpointSpec ENDPOINT = new EndpointSpec(
            NETWORK.id(), "e".repeat(64), Optional.empty(), Optional.empty(), Optional.empty(), Options.none());
    private static final Sandbox SANDBOX = new Sandbox("c".repeat(64), Path.of("/proc/self/ns/net"));

    private final NoNetworkDriver driver = new NoNetworkDriver();

    @Test
    void isFoundByServiceLoader() {
        assertThat(ServiceLoader.load(NetworkDriverProvider.class))
                .anyMatch(provider -> provider instanceof NoNetworkProvider);
    }

    @Test
    void saysPlainlyThatItWorksOnLinuxOnly() {
        assertThat(NoNetworkProvider.probe("Linux")).isInstanceOf(Probe.Supported.class);
        assertThat(NoNetworkProvider.probe("Mac OS X")).isInstanceOfSatisfying(Probe.Unsupported.class, no -> {
            assertThat(no.detail()).contains("works on Linux only").contains("Mac OS X");
            assertThat(no.remedy()).contains("Linux");
        });
    }

    @Test
    void walksThroughTheLifeOfAnEndpointWithoutTouchingTheSandbox() {
        driver.createNetwork(NETWORK);
        assertThatThrownBy(() -> driver.createNetwork(NETWORK)).isInstanceOf(AlreadyExistsException.class);
        driver.createEndpoint(ENDPOINT);
        assertThatThrownBy(() -> driver.createEndpoint(ENDPOINT)).isInstanceOf(AlreadyExistsException.class);
        assertThat(driver.attach(NETWORK.id(), ENDPOINT.endpointId(), SANDBOX)).isEqualTo(new Attachment.None());
        assertThatThrownBy(() -> driver.deleteNetwork(NETWORK.id())).isInstanceOf(FailedPreconditionException.class);
        driver.detach(NETWORK.id(), ENDPOINT.endpointId());
        driver.deleteEndpoint(NETWORK.id(), ENDPOINT.endpointId());
        driver.deleteEndpoint(NETWORK.id(), ENDPOINT.endpointId());
        driver.deleteNetwork(NETWORK.id());
        driver.deleteNetwork(NETWORK.id());
        assertThatThrownBy(() -> driver.createEndpoint(ENDPOINT)).isInstanceOf(NotFoundException.class);
    }

    @Test
    void goesOnAfterARestart() {
        driver.createNetwork(NETWORK);
        Restorable.RestoredEndpoint endpoint =
                new Restorable.RestoredEndpoint(ENDPOINT, driver.createEndpoint(ENDPOINT), true);
        NoNetworkDriver restarted = new NoNetworkDriver();
        restarted
                .capability(Restorable.class)
                .orElseThrow()
                .restore(List.of(new Restorable.RestoredNetwork(NETWORK, Map.of(), List.of(endpoint))));
        assertThat(restarted.attach(NETWORK.id(), ENDPOINT.endpointId(), SANDBOX))
                .isEqualTo(new Attachment.None());
    }
}
