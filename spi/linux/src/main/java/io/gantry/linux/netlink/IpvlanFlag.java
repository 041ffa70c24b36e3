package io.gantry.linux.netlink;

/** How an ipvlan device talks to its siblings on the same parent ({@code IPVLAN_F_*}). */
public enum IpvlanFlag {
    /** Siblings reach each other directly. */
    BRIDGE(0),
    /** No traffic between siblings. */
    PRIVATE(1),
    /** Traffic between siblings goes out and comes back through the switch. */
    VEPA(2);

    final int value;

    IpvlanFlag(int value) {
        this.value = value;
    }
}
