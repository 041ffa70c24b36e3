package io.gantry.engine.model;

import java.util.List;

/**
 * How health is tested.
 *
 * @param test {@code NONE}, {@code CMD} with arguments, or {@code CMD-SHELL} with a command; empty to inherit
 * @param interval nanoseconds; 0 to inherit
 * @param timeout nanoseconds; 0 to inherit
 * @param retries 0 to inherit
 * @param startPeriod nanoseconds; 0 to inherit
 * @param startInterval nanoseconds; 0 to inherit
 */
public record Healthcheck(
        List<String> test, long interval, long timeout, int retries, long startPeriod, long startInterval) {
    /** Puts zero values in place of what was not given. */
    public Healthcheck {
        test = test == null ? List.of() : List.copyOf(test);
    }
}
