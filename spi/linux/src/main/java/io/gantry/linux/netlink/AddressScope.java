package io.gantry.linux.netlink;

import java.util.Arrays;

/** How far an address or a route is valid (enum rt_scope_t). */
public enum AddressScope {
    UNIVERSE(0),
    SITE(200),
    LINK(253),
    HOST(254),
    NOWHERE(255);

    final int value;

    AddressScope(int value) {
        this.value = value;
    }

    /** Numbers without a name lie between universe and site and are user-defined; they count as site. */
    static AddressScope of(int value) {
        return Arrays.stream(values())
                .filter(scope -> scope.value == value)
                .findFirst()
                .orElse(SITE);
    }
}
