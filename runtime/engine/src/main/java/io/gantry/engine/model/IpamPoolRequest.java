package io.gantry.engine.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A pool of a network.
 *
 * @param subnet with prefix length
 * @param ipRange the part to hand out from
 * @param gateway empty for the first address
 * @param auxiliaryAddresses by name
 */
public record IpamPoolRequest(
        String subnet,
        @JsonProperty("IPRange") String ipRange,
        String gateway,
        Map<String, String> auxiliaryAddresses) {
    /** Puts zero values in place of what was not given. */
    public IpamPoolRequest {
        subnet = subnet == null ? "" : subnet;
        ipRange = ipRange == null ? "" : ipRange;
        gateway = gateway == null ? "" : gateway;
        auxiliaryAddresses = auxiliaryAddresses == null
                ? Map.of()
                : Collections.unmodifiableMap(new LinkedHashMap<>(auxiliaryAddresses));
    }
}
