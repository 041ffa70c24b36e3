package io.gantry.spi.storage.support;

import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A layer as the catalogue keeps it.
 *
 * @param info what the engine sees
 * @param key names the layer's data for as long as it lives: unlike the id it survives the commit. 8 characters of {@code a-z 2-7}
 * @param attributes the driver's own notes, such as a project quota id
 */
public record LayerRecord(LayerInfo info, String key, Map<String, String> attributes) {
    /** Copies the attributes. */
    public LayerRecord {
        Objects.requireNonNull(info, "info");
        Objects.requireNonNull(key, "key");
        attributes = Map.copyOf(attributes);
    }

    /** The layer's name. */
    public LayerId id() {
        return info.id();
    }

    /** One of the driver's notes. */
    public Optional<String> attribute(String name) {
        return Optional.ofNullable(attributes.get(name));
    }
}
