package io.gantry.engine.catalogue;

import io.gantry.spi.DriverContext;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.Options;
import io.gantry.spi.Problem;
import io.gantry.spi.firewall.FirewallBackend;
import io.gantry.spi.firewall.FirewallContext;
import io.gantry.spi.firewall.FirewallProvider;
import io.gantry.spi.ipam.IpamProvider;
import io.gantry.spi.network.NetworkContext;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.spi.volume.VolumeDriverProvider;
import java.nio.file.Path;

/** Contexts for probes of drivers that do not look at them; refuses options for drivers called {@code misconfigured}. */
record ProbeContexts(Path directory) implements DriverContexts {
    static DriverContexts in(Path directory) {
        return new ProbeContexts(directory);
    }

    private record Plain(Path root, Path runDirectory, Options options) implements DriverContext {}

    private record Storage(Path root, Path runDirectory, Options options) implements StorageContext {}

    private record Firewall(Path root, Path runDirectory, Options options, Path hostNamespace)
            implements FirewallContext {}

    private record Network(Path root, Path runDirectory, Options options, Path hostNamespace, FirewallBackend firewall)
            implements NetworkContext {}

    @Override
    public StorageContext storage(StorageDriverProvider provider) {
        if (provider.name().equals("misconfigured")) {
            throw new InvalidArgumentException(new Problem("read the options", "unknown option x", "leave it out"));
        }
        return new Storage(directory, directory, Options.none());
    }

    @Override
    public NetworkContext network(NetworkDriverProvider provider) {
        return new Network(directory, directory, Options.none(), directory, null);
    }

    @Override
    public DriverContext ipam(IpamProvider provider) {
        return new Plain(directory, directory, Options.none());
    }

    @Override
    public DriverContext volume(VolumeDriverProvider provider) {
        return new Plain(directory, directory, Options.none());
    }

    @Override
    public FirewallContext firewall(FirewallProvider provider) {
        return new Firewall(directory, directory, Options.none(), directory);
    }
}
