package io.gantry.network.plugin;

import com.google.auto.service.AutoService;
import io.gantry.spi.ApiVersion;
import io.gantry.spi.DriverFamily;
import io.gantry.spi.DriverProvider;
import io.gantry.spi.Probe;
import io.gantry.spi.network.NetworkContext;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.network.NetworkTraits;
import java.util.Optional;

/** Docker's remote network plug-ins. Each is a network driver of its own name. */
@AutoService(NetworkDriverProvider.class)
public final class PluginNetworkProvider implements NetworkDriverProvider {
    private final Discovery discovery;
    private final Plugins<NetworkDriverProvider> plugins;

    /** Looks where Docker looks. */
    public PluginNetworkProvider() {
        this(Discovery.standard(), Limits.STANDARD);
    }

    PluginNetworkProvider(Discovery discovery, Limits limits) {
        this.discovery = discovery;
        this.plugins = new Plugins<>(discovery, limits, RemoteNetworkProvider::new);
    }

    @Override
    public String name() {
        return "plugin";
    }

    @Override
    public ApiVersion apiVersion() {
        return new ApiVersion(1, 0);
    }

    @Override
    public String description() {
        return "Docker's remote network plug-ins, each under its own name";
    }

    @Override
    public int priority() {
        return -1;
    }

    @Override
    public NetworkTraits traits() {
        return new NetworkTraits(
                NetworkTraits.Scope.LOCAL, NetworkTraits.SandboxMode.OWN, true, true, Optional.empty());
    }

    @Override
    public Optional<DriverFamily<? extends DriverProvider<NetworkContext, NetworkDriver>>> family() {
        return Optional.of(plugins);
    }

    @Override
    public Probe probe(NetworkContext context) {
        return Plugins.probe(discovery);
    }

    @Override
    public NetworkDriver open(NetworkContext context) {
        throw Plugins.noDriver("open the network driver plugin");
    }
}
