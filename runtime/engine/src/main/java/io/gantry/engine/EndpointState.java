package io.gantry.engine;

import io.gantry.engine.model.EndpointSettings;
import java.util.List;
import java.util.Objects;

/**
 * A container's endpoint on a network. Texts are empty where there is nothing to tell, as while the container does not run.
 *
 * @param networkName the network's name
 * @param networkId the network's id
 * @param settings what the user asked for
 * @param endpointId the endpoint's id
 * @param gateway the IPv4 gateway
 * @param ipAddress the IPv4 address
 * @param ipPrefixLen its prefix length
 * @param ipv6Gateway the IPv6 gateway
 * @param globalIpv6Address the IPv6 address
 * @param globalIpv6PrefixLen its prefix length
 * @param macAddress the MAC address
 * @param dnsNames names of the container on that network
 */
public record EndpointState(
        String networkName,
        String networkId,
        EndpointSettings settings,
        String endpointId,
        String gateway,
        String ipAddress,
        int ipPrefixLen,
        String ipv6Gateway,
        String globalIpv6Address,
        int globalIpv6PrefixLen,
        String macAddress,
        List<String> dnsNames) {
    /** Copies the names. */
    public EndpointState {
        Objects.requireNonNull(settings, "settings");
        dnsNames = List.copyOf(dnsNames);
    }

    /** An endpoint of a container that does not run. */
    public static EndpointState idle(
            String networkName, String networkId, EndpointSettings settings, List<String> dnsNames) {
        return new EndpointState(networkName, networkId, settings, "", "", "", 0, "", "", 0, "", dnsNames);
    }
}
