package io.gantry.tck.storage;

import java.time.Duration;
import java.util.Locale;

/**
 * How one case went.
 *
 * @param group the class that declares it
 * @param name its method
 * @param outcome how it ended
 * @param reason why it did not pass; of one that passed at a second attempt, why not at the first; else empty
 * @param attempts how often it ran
 * @param took how long, the last time
 */
record ConformanceCase(String group, String name, Outcome outcome, String reason, int attempts, Duration took) {
    /** How a case ends. */
    enum Outcome {
        PASSED,
        FAILED,
        SKIPPED,
        NOT_OFFERED
    }

    /** The later one of two attempts, which knows of the earlier one. */
    ConformanceCase after(ConformanceCase before) {
        return new ConformanceCase(
                group, name, outcome, reason.isEmpty() ? before.reason : reason, before.attempts + attempts, took);
    }

    /** The name as words. */
    String words() {
        return name.replaceAll("([A-Z])", " $1").toLowerCase(Locale.ROOT);
    }
}
