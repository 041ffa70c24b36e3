package io.gantry.engine.catalogue;

import io.gantry.spi.DriverProvider;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * The default driver of a kind, and why it is that one.
 *
 * @param provider the chosen one
 * @param considered all drivers of the kind, by descending priority
 * @param <P> the kind's provider
 */
public record Choice<P extends DriverProvider<?, ?>>(P provider, List<Considered> considered) {
    /** Copies the list. */
    public Choice {
        Objects.requireNonNull(provider, "provider");
        considered = List.copyOf(considered);
    }

    /**
     * A driver that was considered.
     *
     * @param name its name
     * @param priority its priority
     * @param verdict what became of it
     * @param reason why, one clause
     */
    public record Considered(String name, int priority, Verdict verdict, String reason) {
        @Override
        public String toString() {
            return name + " (priority " + priority + "): " + reason;
        }
    }

    /** What became of a driver that was considered. */
    public enum Verdict {
        /** It is the default. */
        CHOSEN,
        /** Its probe said no. */
        UNSUPPORTED,
        /** Its plug-in failed while it was probed. */
        BROKEN,
        /** It was not probed: another one of higher priority works, or it is never a default. */
        PASSED_OVER
    }

    /** All reasons in one line, for the log. */
    public String reasons() {
        return considered.stream().map(Considered::toString).collect(Collectors.joining("; "));
    }
}
