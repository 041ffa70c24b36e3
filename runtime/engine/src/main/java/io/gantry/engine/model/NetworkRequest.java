package io.gantry.engine.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A network to make.
 *
 * @param name the network's name
 * @param driver empty for the default driver
 * @param internal nothing leaves or enters
 * @param attachable kept and shown
 * @param ingress refused
 * @param enableIpv4 IPv4; on where not given
 * @param enableIpv6 IPv6
 * @param ipam address management
 * @param options options of the driver
 * @param labels labels
 */
public record NetworkRequest(
        String name,
        String driver,
        boolean internal,
        boolean attachable,
        boolean ingress,
        @JsonProperty("EnableIPv4") Optional<Boolean> enableIpv4,
        @JsonProperty("EnableIPv6") Optional<Boolean> enableIpv6,
        @JsonProperty("IPAM") Optional<IpamRequest> ipam,
        Map<String, String> options,
        Map<String, String> labels) {
    /** Puts zero values in place of what was not given. */
    public NetworkRequest {
        name = name == null ? "" : name;
        driver = driver == null ? "" : driver;
        enableIpv4 = enableIpv4 == null ? Optional.empty() : enableIpv4;
        enableIpv6 = enableIpv6 == null ? Optional.empty() : enableIpv6;
        ipam = ipam == null ? Optional.empty() : ipam;
        options = options == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(options));
        labels = labels == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    }
}
