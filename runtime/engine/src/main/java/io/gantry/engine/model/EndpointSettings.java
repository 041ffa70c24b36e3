package io.gantry.engine.model;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the user wants of a container's endpoint on a network.
 *
 * @param ipamConfig addresses the user chose
 * @param links of legacy links
 * @param aliases further names
 * @param macAddress empty for one that the driver makes
 * @param driverOpts options of scope endpoint
 * @param gwPriority the highest gives the default gateway
 * @param networkId as a client echoes it
 */
public record EndpointSettings(
        @JsonProperty("IPAMConfig") Optional<EndpointIpam> ipamConfig,
        List<String> links,
        List<String> aliases,
        String macAddress,
        Map<String, String> driverOpts,
        int gwPriority,
        @JsonProperty("NetworkID") String networkId) {
    /** Nothing given. */
    public static final EndpointSettings NONE =
            new EndpointSettings(Optional.empty(), List.of(), List.of(), "", Map.of(), 0, "");

    /** Puts zero values in place of what was not given. */
    public EndpointSettings {
        ipamConfig = ipamConfig == null ? Optional.empty() : ipamConfig;
        links = links == null ? List.of() : List.copyOf(links);
        aliases = aliases == null ? List.of() : List.copyOf(aliases);
        macAddress = macAddress == null ? "" : macAddress;
        driverOpts = driverOpts == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(driverOpts));
        networkId = networkId == null ? "" : networkId;
    }
}
