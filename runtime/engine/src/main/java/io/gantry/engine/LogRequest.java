package io.gantry.engine;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What of the logs to show.
 *
 * @param stdout standard output
 * @param stderr standard error
 * @param follow go on until the container ends
 * @param timestamps begin each line with its time
 * @param since nothing older
 * @param until nothing younger
 * @param tail how many lines from the end; empty for all
 */
public record LogRequest(
        boolean stdout,
        boolean stderr,
        boolean follow,
        boolean timestamps,
        Optional<Instant> since,
        Optional<Instant> until,
        Optional<Integer> tail) {
    /** Refuses nulls. */
    public LogRequest {
        Objects.requireNonNull(since, "since");
        Objects.requireNonNull(until, "until");
        Objects.requireNonNull(tail, "tail");
    }
}
