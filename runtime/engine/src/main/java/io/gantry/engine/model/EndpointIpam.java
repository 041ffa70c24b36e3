package io.gantry.engine.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * Addresses that the user chose.
 *
 * @param ipv4Address empty for any
 * @param ipv6Address empty for any
 * @param linkLocalIps further link-local addresses
 */
public record EndpointIpam(
        @JsonProperty("IPv4Address") String ipv4Address,
        @JsonProperty("IPv6Address") String ipv6Address,
        @JsonProperty("LinkLocalIPs") List<String> linkLocalIps) {
    /** Nothing given. */
    public static final EndpointIpam NONE = new EndpointIpam("", "", List.of());

    /** Puts zero values in place of what was not given. */
    public EndpointIpam {
        ipv4Address = ipv4Address == null ? "" : ipv4Address;
        ipv6Address = ipv6Address == null ? "" : ipv6Address;
        linkLocalIps = linkLocalIps == null ? List.of() : List.copyOf(linkLocalIps);
    }
}
