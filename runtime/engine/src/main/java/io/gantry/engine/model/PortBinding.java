package io.gantry.engine.model;

/**
 * Where a port of the container is published.
 *
 * @param hostIp an address of the host; empty for all
 * @param hostPort a port, a range {@code from-to}, or empty for one that the engine picks
 */
public record PortBinding(String hostIp, String hostPort) {
    /** Puts zero values in place of what was not given. */
    public PortBinding {
        hostIp = hostIp == null ? "" : hostIp;
        hostPort = hostPort == null ? "" : hostPort;
    }
}
