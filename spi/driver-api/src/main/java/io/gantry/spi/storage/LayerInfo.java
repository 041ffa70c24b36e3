package io.gantry.spi.storage;

import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a driver knows of a layer.
 *
 * @param id its name
 * @param kind its state
 * @param parent the committed layer it stands on
 * @param labels what the engine gave to {@code prepare} or {@code view}
 * @param created when it was made
 */
public record LayerInfo(LayerId id, Kind kind, Optional<LayerId> parent, Map<String, String> labels, Instant created) {
    /** The state of a layer. */
    public enum Kind {
        /** Writable. */
        ACTIVE,
        /** Immutable; the only kind that can be a parent. */
        COMMITTED,
        /** A read-only look at a committed layer. */
        VIEW
    }

    /** Copies the labels. */
    public LayerInfo {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(parent, "parent");
        Objects.requireNonNull(created, "created");
        labels = Map.copyOf(labels);
    }
}
