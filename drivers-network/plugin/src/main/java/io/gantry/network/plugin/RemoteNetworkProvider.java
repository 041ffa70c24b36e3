package io.gantry.network.plugin;

import io.gantry.spi.ApiVersion;
import io.gantry.spi.OptionSpec;
import io.gantry.spi.Probe;
import io.gantry.spi.network.NetworkContext;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.network.NetworkTraits;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One remote network plug-in. Neither probing nor opening talks to it: it may be dead, and the engine waits for neither. */
final class RemoteNetworkProvider implements NetworkDriverProvider {
    private final PluginClient client;
    private volatile Optional<NetworkTraits.Scope> scope = Optional.empty();

    RemoteNetworkProvider(PluginClient client) {
        this.client = client;
    }

    @Override
    public String name() {
        return client.name();
    }

    @Override
    public ApiVersion apiVersion() {
        return new ApiVersion(1, 0);
    }

    @Override
    public String description() {
        return "Docker's remote network plug-in " + client.name();
    }

    @Override
    public int priority() {
        return -1;
    }

    @Override
    public List<OptionSpec> options() {
        String doc = "Handed to the plug-in as it is.";
        return List.of(OptionSpec.any(OptionSpec.Scope.OBJECT, doc), OptionSpec.any(OptionSpec.Scope.ENDPOINT, doc));
    }

    /** With the scope that the plug-in told when it was first reached. */
    @Override
    public NetworkTraits traits() {
        return new NetworkTraits(
                scope.orElse(NetworkTraits.Scope.LOCAL), NetworkTraits.SandboxMode.OWN, true, true, Optional.empty());
    }

    @Override
    public Probe probe(NetworkContext context) {
        return Probe.supported();
    }

    @Override
    public NetworkDriver open(NetworkContext context) {
        return new RemoteNetworkDriver(client, this::learn);
    }

    private void learn() throws PluginException {
        if (scope.isEmpty()) {
            String told = client.call(
                            PluginClient.Effort.PATIENT, RemoteNetworkDriver.TYPE, "GetCapabilities", "Err", Map.of())
                    .text("Scope")
                    .orElse("");
            scope = Optional.of(
                    switch (told) {
                        case "local" -> NetworkTraits.Scope.LOCAL;
                        case "global" -> NetworkTraits.Scope.GLOBAL;
                        default ->
                            throw new PluginException(
                                    PluginException.Kind.BAD_ANSWER,
                                    "invalid capability: expecting 'local' or 'global', got \"" + told + "\"");
                    });
        }
    }
}
