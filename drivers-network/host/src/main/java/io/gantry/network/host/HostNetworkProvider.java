package io.gantry.network.host;

import com.google.auto.service.AutoService;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.Probe;
import io.gantry.spi.network.NetworkContext;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.network.NetworkTraits;
import io.gantry.spi.network.PredefinedNetwork;
import java.util.Map;
import java.util.Optional;

/** The host's own network namespace. Linux only. */
@AutoService(NetworkDriverProvider.class)
public final class HostNetworkProvider implements NetworkDriverProvider {
    @Override
    public String name() {
        return "host";
    }

    @Override
    public ApiVersion apiVersion() {
        return new ApiVersion(1, 0);
    }

    @Override
    public String description() {
        return "The host's own network namespace";
    }

    @Override
    public NetworkTraits traits() {
        return new NetworkTraits(
                NetworkTraits.Scope.LOCAL,
                NetworkTraits.SandboxMode.HOST,
                false,
                false,
                Optional.of("Published ports are discarded when using host network mode"));
    }

    @Override
    public Optional<PredefinedNetwork> predefined() {
        return Optional.of(new PredefinedNetwork("host", false, Optional.empty(), Map.of()));
    }

    @Override
    public Probe probe(NetworkContext context) {
        return probe(System.getProperty("os.name"));
    }

    static Probe probe(String system) {
        if (!system.equals("Linux")) {
            return Probe.unsupported(
                    Probe.Reason.MISSING_KERNEL_FEATURE,
                    "the network driver host works on Linux only; this is " + system,
                    "run the engine on a Linux host or in a Linux virtual machine");
        }
        return Probe.supported();
    }

    @Override
    public NetworkDriver open(NetworkContext context) {
        return new HostNetworkDriver();
    }
}
