package io.gantry.engine;

import java.time.Instant;
import java.util.Objects;

/**
 * What a container is doing.
 *
 * @param status where it is in its life
 * @param pid of its first process on the host; 0 unless it runs
 * @param exitCode of its last run; 0 before the first
 * @param error why it could not start; empty if it could
 * @param oomKilled whether the kernel killed it for lack of memory
 * @param startedAt of its last run; {@link #NEVER} before the first
 * @param finishedAt of its last run; {@link #NEVER} before its end
 */
public record ContainerState(
        Status status, int pid, int exitCode, String error, boolean oomKilled, Instant startedAt, Instant finishedAt) {
    /** Go's zero time, which Docker shows for what has not happened. */
    public static final Instant NEVER = Instant.parse("0001-01-01T00:00:00Z");

    /** Where a container is in its life. */
    public enum Status {
        /** Made, never started. */
        CREATED,
        /** Running. */
        RUNNING,
        /** Frozen. */
        PAUSED,
        /** Ended, about to be started again. */
        RESTARTING,
        /** Being removed. */
        REMOVING,
        /** Ended. */
        EXITED,
        /** Could not be removed whole. */
        DEAD
    }

    /** Refuses nulls. */
    public ContainerState {
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(error, "error");
        Objects.requireNonNull(startedAt, "startedAt");
        Objects.requireNonNull(finishedAt, "finishedAt");
    }

    /** Of a container that was just made. */
    public static ContainerState created() {
        return new ContainerState(Status.CREATED, 0, 0, "", false, NEVER, NEVER);
    }

    /** Whether its processes exist: running or paused. */
    public boolean isUp() {
        return status == Status.RUNNING || status == Status.PAUSED;
    }
}
