package io.gantry.engine;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Volumes. */
public interface Volumes {
    /**
     * A volume.
     *
     * @param name its name
     * @param driver its driver
     * @param mountpoint where its content is
     * @param created when it was made
     * @param options of the driver
     * @param labels labels
     * @param scope {@code local} or {@code global}
     * @param anonymous whether the engine made up its name
     */
    record Volume(
            String name,
            String driver,
            Path mountpoint,
            Instant created,
            Map<String, String> options,
            Map<String, String> labels,
            String scope,
            boolean anonymous) {}

    /** Makes a volume; an empty name makes one up, an empty driver is the default. One that is there is returned. */
    Volume create(String name, String driver, Map<String, String> options, Map<String, String> labels);

    /** One volume. {@code get x: no such volume} if there is none. */
    Volume find(String name);

    /** All volumes, by name. */
    List<Volume> list();

    /** Removes a volume that no container uses. */
    void remove(String name, boolean force);

    /** Removes volumes that no container uses, only anonymous ones unless {@code all}. */
    Pruned prune(boolean all, Map<String, List<String>> filters);

    /** How many containers use a volume, and its size in bytes, if the driver tells. */
    VolumeUsage usage(String name);

    /**
     * What was removed.
     *
     * @param names of volumes
     * @param bytes that were freed
     */
    record Pruned(List<String> names, long bytes) {}

    /**
     * How a volume is used.
     *
     * @param references containers
     * @param bytes of its content
     */
    record VolumeUsage(int references, Optional<Long> bytes) {}
}
