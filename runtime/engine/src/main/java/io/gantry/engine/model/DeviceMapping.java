package io.gantry.engine.model;

/**
 * A device of the host in the container.
 *
 * @param pathOnHost the device
 * @param pathInContainer its path inside
 * @param cgroupPermissions of {@code r}, {@code w} and {@code m}
 */
public record DeviceMapping(String pathOnHost, String pathInContainer, String cgroupPermissions) {
    /** Puts zero values in place of what was not given. */
    public DeviceMapping {
        pathOnHost = pathOnHost == null ? "" : pathOnHost;
        pathInContainer = pathInContainer == null ? "" : pathInContainer;
        cgroupPermissions = cgroupPermissions == null ? "" : cgroupPermissions;
    }
}
