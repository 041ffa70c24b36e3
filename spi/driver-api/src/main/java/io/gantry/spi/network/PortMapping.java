package io.gantry.spi.network;

import java.net.InetAddress;
import java.util.Objects;

/**
 * A run of ports of a container and of the host, first to first.
 *
 * @param protocol the transport
 * @param hostAddress where the host listens; {@code 0.0.0.0} and {@code ::} for all addresses of that family
 * @param hostPort the first port of the host, 1 to 65535
 * @param containerPort the first port of the container, 1 to 65535
 * @param count how many ports, at least 1
 */
public record PortMapping(Protocol protocol, InetAddress hostAddress, int hostPort, int containerPort, int count) {
    /** The transports that have ports. */
    public enum Protocol {
        /** TCP. */
        TCP,
        /** UDP. */
        UDP,
        /** SCTP. */
        SCTP
    }

    /** Checks the ranges. */
    public PortMapping {
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(hostAddress, "hostAddress");
        if (count < 1
                || hostPort < 1
                || containerPort < 1
                || hostPort + count > 65536
                || containerPort + count > 65536) {
            throw new IllegalArgumentException(
                    "ports run from 1 to 65535: " + hostPort + " and " + containerPort + ", " + count + " of them");
        }
    }
}
