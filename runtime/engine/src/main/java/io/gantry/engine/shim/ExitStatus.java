package io.gantry.engine.shim;

import java.time.Instant;
import java.util.Objects;

/**
 * How a container ended.
 *
 * @param containerId which
 * @param exitCode 0 to 255; 128 + the signal's number if one killed it; 255 if nobody was there to see
 * @param oomKilled whether the kernel killed a process of it for lack of memory
 * @param finishedAt when
 */
public record ExitStatus(String containerId, int exitCode, boolean oomKilled, Instant finishedAt) {
    /** The exit code of a container whose end nobody saw, as Docker has it. */
    public static final int UNKNOWN = 255;

    /** Refuses nulls. */
    public ExitStatus {
        Objects.requireNonNull(containerId, "containerId");
        Objects.requireNonNull(finishedAt, "finishedAt");
    }
}
