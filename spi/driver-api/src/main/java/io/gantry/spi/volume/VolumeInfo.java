package io.gantry.spi.volume;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;

/**
 * A volume.
 *
 * @param name unique within the driver
 * @param mountpoint where its content is, or will be once it is mounted
 * @param created when it was made
 * @param options what the user gave with {@code -o}
 * @param labels what the user gave with {@code --label}
 */
public record VolumeInfo(
        String name, Path mountpoint, Instant created, Map<String, String> options, Map<String, String> labels) {
    /** Copies the maps. */
    public VolumeInfo {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(mountpoint, "mountpoint");
        Objects.requireNonNull(created, "created");
        options = Map.copyOf(options);
        labels = Map.copyOf(labels);
    }
}
