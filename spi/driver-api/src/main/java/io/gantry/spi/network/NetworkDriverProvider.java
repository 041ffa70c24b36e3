package io.gantry.spi.network;

import io.gantry.spi.DriverProvider;
import java.util.Optional;

/** A network driver, found through {@link java.util.ServiceLoader}. */
public interface NetworkDriverProvider extends DriverProvider<NetworkContext, NetworkDriver> {
    /** What the engine must know of the driver before it opens it. */
    NetworkTraits traits();

    /** A network of this driver that exists in every engine, such as Docker's {@code bridge}, {@code host} and {@code none}. */
    default Optional<PredefinedNetwork> predefined() {
        return Optional.empty();
    }

    /**
     * Whether the engine takes an address of each pool as its gateway where the user names none. Not for networks whose gateway is somebody else's machine, which may
     * have any address or not exist.
     */
    default boolean choosesGateway() {
        return true;
    }
}
