package io.gantry.linux.netlink;

import java.util.Arrays;
import java.util.Optional;

/** Where an ipvlan device and its parent meet (enum ipvlan_mode). All devices on one parent have the same. */
public enum IpvlanMode {
    /** On the wire: ARP and broadcasts pass. */
    L2(0),
    /** Routed by the parent's namespace on the way out, without ARP, broadcast and multicast. */
    L3(1),
    /** As {@link #L3}, and through netfilter in the parent's namespace both ways. */
    L3S(2);

    final int value;

    IpvlanMode(int value) {
        this.value = value;
    }

    static Optional<IpvlanMode> of(int value) {
        return Arrays.stream(values()).filter(mode -> mode.value == value).findFirst();
    }
}
