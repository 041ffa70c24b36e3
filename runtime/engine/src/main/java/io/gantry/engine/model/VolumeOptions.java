package io.gantry.engine.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Options of a volume mount.
 *
 * @param noCopy do not fill an empty volume from the image
 * @param labels for a volume that is made
 * @param driverConfig for a volume that is made
 * @param subpath a directory of the volume to mount instead of its root
 */
public record VolumeOptions(
        boolean noCopy, Map<String, String> labels, Optional<VolumeDriverConfig> driverConfig, String subpath) {
    /** Nothing given. */
    public static final VolumeOptions NONE = new VolumeOptions(false, Map.of(), Optional.empty(), "");

    /** Puts zero values in place of what was not given. */
    public VolumeOptions {
        labels = labels == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(labels));
        driverConfig = driverConfig == null ? Optional.empty() : driverConfig;
        subpath = subpath == null ? "" : subpath;
    }
}
