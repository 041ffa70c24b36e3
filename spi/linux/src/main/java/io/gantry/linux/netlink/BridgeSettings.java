package io.gantry.linux.netlink;

import java.time.Duration;
import java.util.Optional;

/**
 * What can be set on a bridge. As read from the kernel every value is present; in a change an absent value stays as it is.
 *
 * @param stp               spanning tree protocol
 * @param ageing            how long an idle forwarding entry is kept; kept by the kernel in 10 ms steps
 * @param forwardDelay      time in the listening and learning states
 * @param multicastSnooping IGMP and MLD snooping
 */
public record BridgeSettings(
        Optional<Boolean> stp,
        Optional<Duration> ageing,
        Optional<Duration> forwardDelay,
        Optional<Boolean> multicastSnooping) {

    private static final BridgeSettings UNCHANGED =
            new BridgeSettings(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    public static BridgeSettings unchanged() {
        return UNCHANGED;
    }

    public BridgeSettings withStp(boolean on) {
        return new BridgeSettings(Optional.of(on), ageing, forwardDelay, multicastSnooping);
    }

    public BridgeSettings withAgeing(Duration time) {
        return new BridgeSettings(stp, Optional.of(time), forwardDelay, multicastSnooping);
    }

    public BridgeSettings withForwardDelay(Duration time) {
        return new BridgeSettings(stp, ageing, Optional.of(time), multicastSnooping);
    }

    public BridgeSettings withMulticastSnooping(boolean on) {
        return new BridgeSettings(stp, ageing, forwardDelay, Optional.of(on));
    }
}
