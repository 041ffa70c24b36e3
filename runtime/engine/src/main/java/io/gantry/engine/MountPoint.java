package io.gantry.engine;

/**
 * A mount of a container, resolved.
 *
 * @param type {@code bind}, {@code volume} or {@code tmpfs}
 * @param name of the volume; empty for others
 * @param source on the host; empty for tmpfs
 * @param destination in the container
 * @param driver of the volume; empty for others
 * @param mode the option text the user gave
 * @param writable whether writing is allowed
 * @param propagation such as {@code rprivate}; empty for volumes
 */
public record MountPoint(
        String type,
        String name,
        String source,
        String destination,
        String driver,
        String mode,
        boolean writable,
        String propagation) {}
