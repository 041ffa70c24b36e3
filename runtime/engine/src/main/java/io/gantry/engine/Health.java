package io.gantry.engine;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/**
 * What tests of a container's health say of it.
 *
 * @param status what they come to
 * @param failingStreak how many in a row have failed
 * @param log the last tests, the oldest first
 */
public record Health(Status status, int failingStreak, List<Probe> log) {
    /** What the tests come to. */
    public enum Status {
        /** No test has succeeded since the start, and not enough have failed. */
        STARTING,
        /** The last test succeeded, or not enough have failed since. */
        HEALTHY,
        /** Too many have failed, or the container is not tested any more. */
        UNHEALTHY
    }

    /**
     * A test.
     *
     * @param start when it began
     * @param end when it ended
     * @param exitCode 0 for success; -1 if it could not be run, or took too long
     * @param output its first 4096 bytes, or why there is none
     */
    public record Probe(Instant start, Instant end, int exitCode, String output) {
        /** Refuses nulls. */
        public Probe {
            Objects.requireNonNull(start, "start");
            Objects.requireNonNull(end, "end");
            Objects.requireNonNull(output, "output");
        }
    }

    /** Copies the list. */
    public Health {
        Objects.requireNonNull(status, "status");
        log = List.copyOf(log);
    }
}
