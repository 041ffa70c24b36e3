package io.gantry.engine.shim;

import java.nio.file.Path;
import java.util.Objects;

/**
 * A container to be held.
 *
 * @param containerId its id, also for the OCI runtime
 * @param bundle a directory of its own with {@code config.json}; sockets, pipes and process ids are kept there too
 * @param logPath the log file, made when missing, appended to; empty to keep no log
 * @param tty a terminal; must agree with {@code config.json}
 * @param openStdin keep a pipe to standard input; without it, standard input is empty
 * @param stdinOnce end standard input when the first attached client ends its own
 * @param logSizeMax bytes after which the log starts anew; 0 for never
 */
public record ShimRequest(
        String containerId,
        Path bundle,
        Path logPath,
        boolean tty,
        boolean openStdin,
        boolean stdinOnce,
        long logSizeMax) {
    /** Refuses nulls. */
    public ShimRequest {
        Objects.requireNonNull(containerId, "containerId");
        Objects.requireNonNull(bundle, "bundle");
        Objects.requireNonNull(logPath, "logPath");
    }
}
