package io.gantry.spi.network;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** How an endpoint gets into a sandbox. */
public sealed interface Attachment {
    /**
     * The driver has made an interface in the host's namespace; the engine moves it into the sandbox, names it, gives it the endpoint's addresses and brings it up.
     *
     * @param source the interface's name now
     * @param prefix what its name begins with in the sandbox; the engine adds the lowest free number
     * @param name its whole name in the sandbox, if the user chose one
     * @param layer3 what else the engine sets
     */
    record MoveInterface(String source, String prefix, Optional<String> name, Layer3 layer3) implements Attachment {
        /** Refuses nulls. */
        public MoveInterface {
            Objects.requireNonNull(source, "source");
            Objects.requireNonNull(prefix, "prefix");
            Objects.requireNonNull(name, "name");
            Objects.requireNonNull(layer3, "layer3");
        }
    }

    /**
     * The driver has put interfaces into the sandbox itself, with addresses, and up.
     *
     * @param interfaces their names in the sandbox
     * @param layer3 what the engine still sets
     */
    record InPlace(List<String> interfaces, Layer3 layer3) implements Attachment {
        /** Copies the list. */
        public InPlace {
            interfaces = List.copyOf(interfaces);
            Objects.requireNonNull(layer3, "layer3");
        }
    }

    /** There is nothing to put into the sandbox. */
    record None() implements Attachment {}

    /**
     * What the engine sets beside the interface.
     *
     * @param gateway4 the IPv4 gateway that this endpoint offers
     * @param gateway6 the IPv6 gateway that this endpoint offers
     * @param routes further routes
     * @param sysctls by key with {@code IFNAME} standing for the interface's name, as in {@code net.ipv6.conf.IFNAME.accept_ra}
     */
    record Layer3(
            Optional<InetAddress> gateway4,
            Optional<InetAddress> gateway6,
            List<Route> routes,
            Map<String, String> sysctls) {
        /** Copies the collections. */
        public Layer3 {
            Objects.requireNonNull(gateway4, "gateway4");
            Objects.requireNonNull(gateway6, "gateway6");
            routes = List.copyOf(routes);
            sysctls = Map.copyOf(sysctls);
        }

        /** Nothing. */
        public static Layer3 none() {
            return new Layer3(Optional.empty(), Optional.empty(), List.of(), Map.of());
        }
    }
}
