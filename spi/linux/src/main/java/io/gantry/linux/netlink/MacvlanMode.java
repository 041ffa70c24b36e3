package io.gantry.linux.netlink;

import java.util.Arrays;
import java.util.Optional;

/** How a macvlan device talks to its siblings on the same parent (enum macvlan_mode). */
public enum MacvlanMode {
    /** No traffic between siblings. */
    PRIVATE(1),
    /** Traffic between siblings goes out and comes back through the switch. */
    VEPA(2),
    /** Siblings reach each other directly. */
    BRIDGE(4),
    /** The one device takes over the parent. */
    PASSTHRU(8),
    /** Frames are delivered by a list of source addresses. */
    SOURCE(16);

    final int value;

    MacvlanMode(int value) {
        this.value = value;
    }

    static Optional<MacvlanMode> of(int value) {
        return Arrays.stream(values()).filter(mode -> mode.value == value).findFirst();
    }
}
