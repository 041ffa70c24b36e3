package io.gantry.engine.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where output goes.
 *
 * @param type the log driver; empty for the default
 * @param config its options
 */
public record LogConfig(String type, Map<String, String> config) {
    /** Nothing given. */
    public static final LogConfig NONE = new LogConfig("", Map.of());

    /** Puts zero values in place of what was not given. */
    public LogConfig {
        type = type == null ? "" : type;
        config = config == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(config));
    }
}
