package io.gantry.spi.network;

import java.util.Objects;
import java.util.Optional;

/**
 * What the engine must know of a network driver.
 *
 * @param scope how far its networks reach
 * @param sandbox which network namespace a container on it gets
 * @param addressed whether the engine asks IPAM for pools and addresses
 * @param userNetworks whether users may make networks of it; if not, only the predefined one exists
 * @param publishRefusal if set, published ports are ignored on its networks, with this warning
 */
public record NetworkTraits(
        Scope scope, SandboxMode sandbox, boolean addressed, boolean userNetworks, Optional<String> publishRefusal) {
    /** How far a network reaches. */
    public enum Scope {
        /** One host. */
        LOCAL,
        /** All hosts that share state. */
        GLOBAL
    }

    /** Which network namespace a container gets. */
    public enum SandboxMode {
        /** One of its own. */
        OWN,
        /** The host's. Such a network excludes all others. */
        HOST
    }

    /** Refuses nulls. */
    public NetworkTraits {
        Objects.requireNonNull(scope, "scope");
        Objects.requireNonNull(sandbox, "sandbox");
        Objects.requireNonNull(publishRefusal, "publishRefusal");
    }
}
