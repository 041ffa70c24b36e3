package io.gantry.spi;

import java.util.Objects;

/**
 * What every error tells.
 *
 * @param attempted what was attempted and on what, a phrase that follows "cannot": {@code mount layer 4f… on /x}
 * @param reason why it failed
 * @param remedy what the user can do; empty if nobody knows
 */
public record Problem(String attempted, String reason, String remedy) {
    /** Refuses nulls. */
    public Problem {
        Objects.requireNonNull(attempted, "attempted");
        Objects.requireNonNull(reason, "reason");
        Objects.requireNonNull(remedy, "remedy");
    }

    /** A problem for which there is no advice. */
    public static Problem of(String attempted, String reason) {
        return new Problem(attempted, reason, "");
    }

    @Override
    public String toString() {
        return "cannot " + attempted + ": " + reason + (remedy.isEmpty() ? "" : " (" + remedy + ")");
    }
}
