package io.gantry.engine.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The driver of a volume that is made.
 *
 * @param name the driver
 * @param options its options
 */
public record VolumeDriverConfig(String name, Map<String, String> options) {
    /** Puts zero values in place of what was not given. */
    public VolumeDriverConfig {
        name = name == null ? "" : name;
        options = options == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(options));
    }
}
