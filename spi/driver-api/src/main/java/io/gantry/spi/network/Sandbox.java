package io.gantry.spi.network;

import java.nio.file.Path;
import java.util.Objects;

/**
 * The network namespace of a container.
 *
 * @param containerId 64 hexadecimal digits
 * @param namespace a file that stands for the namespace, to be opened and given to {@code setns} or netlink
 */
public record Sandbox(String containerId, Path namespace) {
    /** Refuses nulls. */
    public Sandbox {
        Objects.requireNonNull(containerId, "containerId");
        Objects.requireNonNull(namespace, "namespace");
    }
}
