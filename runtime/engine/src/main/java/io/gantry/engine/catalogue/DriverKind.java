package io.gantry.engine.catalogue;

import io.gantry.spi.DriverProvider;
import io.gantry.spi.firewall.FirewallBackend;
import io.gantry.spi.firewall.FirewallProvider;
import io.gantry.spi.ipam.IpamDriver;
import io.gantry.spi.ipam.IpamProvider;
import io.gantry.spi.network.NetworkDriver;
import io.gantry.spi.network.NetworkDriverProvider;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.StorageDriverProvider;
import io.gantry.spi.volume.VolumeDriver;
import io.gantry.spi.volume.VolumeDriverProvider;

/** The kinds of driver that a plug-in can provide. */
public enum DriverKind {
    /** Image layers and containers' root file systems. */
    STORAGE("storage", "storage driver", StorageDriverProvider.class, StorageDriver.class),
    /** Containers' network interfaces. */
    NETWORK("network", "network driver", NetworkDriverProvider.class, NetworkDriver.class),
    /** Subnets and addresses. */
    IPAM("ipam", "IPAM driver", IpamProvider.class, IpamDriver.class),
    /** Named directories that outlive containers. */
    VOLUME("volume", "volume driver", VolumeDriverProvider.class, VolumeDriver.class),
    /** Packet filter and address translation. */
    FIREWALL("firewall", "firewall back end", FirewallProvider.class, FirewallBackend.class);

    private final String label;
    private final String noun;
    private final Class<? extends DriverProvider<?, ?>> providerType;
    private final Class<?> driverType;

    DriverKind(String label, String noun, Class<? extends DriverProvider<?, ?>> providerType, Class<?> driverType) {
        this.label = label;
        this.noun = noun;
        this.providerType = providerType;
        this.driverType = driverType;
    }

    /** One lower-case word, as shown by {@code gantry drivers ls}. */
    public String label() {
        return label;
    }

    /** What to call such a driver within a sentence. */
    public String noun() {
        return noun;
    }

    /** The service interface. */
    Class<? extends DriverProvider<?, ?>> providerType() {
        return providerType;
    }

    /** What {@link DriverProvider#open} returns. */
    Class<?> driverType() {
        return driverType;
    }

    /** Where a JAR declares its providers of this kind. */
    String serviceFile() {
        return "META-INF/services/" + providerType.getName();
    }
}
