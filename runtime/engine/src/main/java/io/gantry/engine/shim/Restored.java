package io.gantry.engine.shim;

import java.util.Objects;

/** What became of a container while no engine was there. */
public sealed interface Restored {
    /** It still runs, and its end will be reported. */
    record Running(Shim shim) implements Restored {
        /** Refuses nulls. */
        public Running {
            Objects.requireNonNull(shim, "shim");
        }
    }

    /** It has ended; the listener is not told again. The exit code is {@link ExitStatus#UNKNOWN} if nobody saw the end. */
    record Ended(ExitStatus status) implements Restored {
        /** Refuses nulls. */
        public Ended {
            Objects.requireNonNull(status, "status");
        }
    }

    /** It was never made. */
    record Absent() implements Restored {}
}
