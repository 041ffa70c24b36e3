package io.gantry.linux.netlink;

import java.util.Optional;

/**
 * What can be set on a bridge's port. As read from the kernel every value is present; in a change an absent value stays as
 * it is.
 *
 * @param hairpin  send frames back out of the port they came in by
 * @param isolated forward nothing to other isolated ports
 * @param learning learn source addresses
 * @param flood    flood unicast frames with an unknown destination to this port
 */
public record BridgePort(
        Optional<Boolean> hairpin, Optional<Boolean> isolated, Optional<Boolean> learning, Optional<Boolean> flood) {

    private static final BridgePort UNCHANGED =
            new BridgePort(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public static BridgePort unchanged() {
        return UNCHANGED;
    }

    public BridgePort withHairpin(boolean on) {
        return new BridgePort(Optional.of(on), isolated, learning, flood);
    }

    public BridgePort withIsolated(boolean on) {
        return new BridgePort(hairpin, Optional.of(on), learning, flood);
    }

    public BridgePort withLearning(boolean on) {
        return new BridgePort(hairpin, isolated, Optional.of(on), flood);
    }

    public BridgePort withFlood(boolean on) {
        return new BridgePort(hairpin, isolated, learning, Optional.of(on));
    }
}
