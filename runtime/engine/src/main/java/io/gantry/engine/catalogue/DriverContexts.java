package io.gantry.engine.catalogue;

import io.gantry.spi.DriverContext;
import io.gantry.spi.firewall.FirewallContext;
import io.gantry.spi.firewall.FirewallProvider;
import io.gantry.spi.ipam.IpamProvider;
import io.gantry.spi.network.NetworkContext;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.spi.volume.VolumeDriverProvider;

/**
 * What a driver is probed with. Implemented by the engine: it makes the driver's directories and checks the user's options against {@link io.gantry.spi.DriverProvider#options}. Each
 * method may throw a {@link io.gantry.spi.DriverException}.
 */
public interface DriverContexts {
    /** For a storage driver. */
    StorageContext storage(StorageDriverProvider provider);

    /** For a network driver. */
    NetworkContext network(NetworkDriverProvider provider);

    /** For an IPAM driver. */
    DriverContext ipam(IpamProvider provider);

    /** For a volume driver. */
    DriverContext volume(VolumeDriverProvider provider);

    /** For a firewall back end. */
    FirewallContext firewall(FirewallProvider provider);
}
