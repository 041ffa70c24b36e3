package io.gantry.network.bridge;

import io.gantry.spi.firewall.FilteredNetwork.DirectAccess;
import io.gantry.spi.firewall.FilteredNetwork.Family;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** How a network and the world outside reach each other, per address family. */
enum GatewayMode {
    /** Translated; unpublished ports are shut. */
    NAT("nat"),
    /** Translated; container addresses are open to whoever has a route. */
    NAT_UNPROTECTED("nat-unprotected"),
    /** Not translated; published ports are open at the container's own address. */
    ROUTED("routed"),
    /** No gateway at all; only for internal networks. */
    ISOLATED("isolated");

    private final String text;

    GatewayMode(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException with the names that there are */
    static GatewayMode parse(String text) {
        return Arrays.stream(values())
                .filter(mode -> mode.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown gateway mode " + text + "; the known ones are "
                        + Arrays.stream(values()).map(mode -> mode.text).collect(Collectors.joining(", "))));
    }

    Family family(boolean masquerade, Optional<InetAddress> source) {
        boolean translated = this == NAT || this == NAT_UNPROTECTED;
        DirectAccess direct = switch (this) {
            case NAT, ISOLATED -> DirectAccess.NONE;
            case NAT_UNPROTECTED -> DirectAccess.ALL;
            case ROUTED -> DirectAccess.PUBLISHED;
        };
        return new Family(translated && masquerade, source, translated, direct);
    }
}
