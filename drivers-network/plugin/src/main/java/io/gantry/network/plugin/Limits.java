package io.gantry.network.plugin;

import java.time.Duration;

/**
 * What a plug-in may cost.
 *
 * @param answer how long a call may take, connecting included
 * @param cleanUp the same for calls that undo something
 * @param firstPause how long to wait after the first failure to connect; doubled each time
 * @param patience no attempt to connect is made after this time
 * @param answerBytes the longest answer
 */
record Limits(Duration answer, Duration cleanUp, Duration firstPause, Duration patience, int answerBytes) {
    /** Docker's 1, 2, 4, 8 seconds within 30; it has no other limits. */
    static final Limits STANDARD = new Limits(
            Duration.ofSeconds(60), Duration.ofSeconds(15), Duration.ofSeconds(1), Duration.ofSeconds(30), 4 << 20);
}
