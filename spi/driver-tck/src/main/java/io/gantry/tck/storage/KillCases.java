package io.gantry.tck.storage;

import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * What a driver finds that was killed in the middle of its work, at points nobody chose. {@code -Dgantry.tck.kills=N} says how often, 10 times if it is not given;
 * {@code -Dgantry.tck.seed=N} repeats all random choices of a run, but for the kernel's own.
 */
interface KillCases extends StorageCases {
    /** How many kills. */
    int kills();

    @Test
    default void aKilledDriverLosesNothingThatItCommittedAndLeavesNothingElse() throws Exception {
        int kills = kills();
        long seed = Optional.ofNullable(Long.getLong("gantry.tck.seed"))
                .orElseGet(() -> new Random().nextInt(1 << 30) + 0L);
        note("seed", Long.toString(seed));
        try (KillRounds rounds = new KillRounds(this, seed)) {
            for (int kill = 0; kill < kills; kill++) {
                try {
                    rounds.next(kill == kills - 1);
                } catch (Exception | AssertionError e) {
                    throw new AssertionError(
                            "at kill " + (kill + 1) + " of " + kills + " with -Dgantry.tck.seed=" + seed + ": "
                                    + e.getMessage(),
                            e);
                }
                note("kills", Integer.toString(kill + 1));
            }
        }
    }
}
