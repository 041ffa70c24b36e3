package io.gantry.spi.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * Where and how the engine applies a layer archive to an active layer without mounting it.
 *
 * @param directory an existing directory that stands for the layer's root
 * @param dialect how a deletion is written there
 * @param parents the directories of the layers beneath, topmost first, for attributes of implied parent directories; empty where {@code directory} already shows their content
 */
public record LayerTarget(Path directory, WhiteoutDialect dialect, List<Path> parents) {
    /** Copies the list. */
    public LayerTarget {
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(dialect, "dialect");
        parents = List.copyOf(parents);
    }
}
