package io.gantry.engine.shim;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A further process in a container that runs.
 *
 * @param containerId the container
 * @param execId the command's own id
 * @param directory where conmon keeps its socket and pipes; made here, removed when the command has ended
 * @param tty a terminal
 * @param openStdin whether standard input is open
 * @param process {@code process} of the OCI runtime specification
 */
public record ExecShimRequest(
        String containerId, String execId, Path directory, boolean tty, boolean openStdin, ObjectNode process) {
    /** Refuses nulls. */
    public ExecShimRequest {
        Objects.requireNonNull(containerId, "containerId");
        Objects.requireNonNull(execId, "execId");
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(process, "process");
    }
}
