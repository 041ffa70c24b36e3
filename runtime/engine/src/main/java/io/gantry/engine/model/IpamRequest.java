package io.gantry.engine.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How the addresses of a network are managed.
 *
 * @param driver empty for the default
 * @param config pools; empty for any
 * @param options options of the driver
 */
public record IpamRequest(String driver, List<IpamPoolRequest> config, Map<String, String> options) {
    /** Puts zero values in place of what was not given. */
    public IpamRequest {
        driver = driver == null ? "" : driver;
        config = config == null ? List.of() : List.copyOf(config);
        options = options == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }
}
