package io.gantry.spi;

import java.util.Objects;

/**
 * A row for {@code docker info}, in the words Docker uses where it has that row.
 *
 * @param label such as {@code Backing Filesystem}
 * @param value such as {@code extfs}; booleans are {@code true} and {@code false}
 */
public record StatusRow(String label, String value) {
    /** Refuses nulls. */
    public StatusRow {
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(value, "value");
    }
}
