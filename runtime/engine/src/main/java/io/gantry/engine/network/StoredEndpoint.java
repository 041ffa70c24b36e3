package io.gantry.engine.network;

import io.gantry.engine.model.EndpointSettings;
import java.util.List;
import java.util.Map;

/**
 * An endpoint as the database keeps it, from before its driver is asked to make it until after it has been deleted. Addresses are text with prefix length, empty if there is none.
 *
 * @param id 64 hexadecimal digits
 * @param networkId its network
 * @param containerId its container
 * @param containerName the container's name when it was made
 * @param settings what the user asked for
 * @param ipv4 its IPv4 address
 * @param ipv6 its IPv6 address
 * @param mac its MAC address
 * @param driverState what its driver returned
 * @param ports what is published, in the engine's own form
 * @param dnsNames what the container is called on that network, the name that its addresses lead back to first
 */
record StoredEndpoint(
        String id,
        String networkId,
        String containerId,
        String containerName,
        EndpointSettings settings,
        String ipv4,
        String ipv6,
        String mac,
        Map<String, String> driverState,
        List<StoredPort> ports,
        List<String> dnsNames) {
    /**
     * A run of published ports.
     *
     * @param protocol lower case
     * @param hostAddress an address
     * @param hostPort the first
     * @param containerPort the first
     * @param count how many
     */
    record StoredPort(String protocol, String hostAddress, int hostPort, int containerPort, int count) {}

    StoredEndpoint {
        driverState = Map.copyOf(driverState);
        ports = List.copyOf(ports);
        // An engine that had no name server kept none.
        dnsNames = dnsNames == null ? List.of() : List.copyOf(dnsNames);
    }

    /** The same under other names. */
    StoredEndpoint renamed(String newContainerName, List<String> newDnsNames) {
        return new StoredEndpoint(
                id,
                networkId,
                containerId,
                newContainerName,
                settings,
                ipv4,
                ipv6,
                mac,
                driverState,
                ports,
                newDnsNames);
    }
}
