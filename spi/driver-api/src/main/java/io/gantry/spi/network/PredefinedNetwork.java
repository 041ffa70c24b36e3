package io.gantry.spi.network;

import java.util.Map;
import java.util.Optional;

/**
 * A network that exists in every engine.
 *
 * @param name such as {@code bridge}
 * @param isDefault whether a container that names no network is put on it; where several claim that, the driver of the highest priority wins
 * @param subnet the preferred IPv4 pool, such as {@code 172.17.0.0/16}; empty for any free one
 * @param options what a user would give with {@code -o}
 */
public record PredefinedNetwork(String name, boolean isDefault, Optional<Cidr> subnet, Map<String, String> options) {
    /** Copies the options. */
    public PredefinedNetwork {
        options = Map.copyOf(options);
    }
}
