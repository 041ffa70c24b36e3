package io.gantry.engine;

import io.gantry.spi.storage.ConsistencyChecker.Kind;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/** Whether layers, images and containers are what the records say. */
public interface Checks {
    /**
     * What to look at.
     *
     * @param driver the one storage driver to look at; empty for all that have layers, and the content of images
     * @param quick leave contents out: nothing is read through and compared
     * @param repair mend what is found. What containers have written is never touched
     */
    record Request(Optional<String> driver, boolean quick, boolean repair) {
        /** Refuses null. */
        public Request {
            Objects.requireNonNull(driver, "driver");
        }
    }

    /** What became of a fault. */
    enum Outcome {
        /** Nothing was to be mended. */
        FOUND,
        /** It is mended. */
        MENDED,
        /** It is still there. */
        LEFT
    }

    /**
     * Something that does not fit.
     *
     * @param driver the storage driver; empty where it is about the content of images
     * @param kind its class
     * @param layer its id in the driver; empty where it is about something else
     * @param detail what was found, about what
     * @param remedy what mends it; once that was tried, what was done or why it could not be
     * @param outcome what became of it
     */
    record Fault(String driver, Kind kind, String layer, String detail, String remedy, Outcome outcome) {}

    /**
     * What was looked at of a storage driver.
     *
     * @param driver its name
     * @param layers how many layers it has
     * @param problem why it could not be looked at; empty if it was
     */
    record Examined(String driver, int layers, Optional<String> problem) {}

    /**
     * The result.
     *
     * @param examined storage drivers, by name
     * @param faults what was found, by driver
     */
    record Report(List<Examined> examined, List<Fault> faults) {
        /** Copies the lists. */
        public Report {
            examined = List.copyOf(examined);
            faults = List.copyOf(faults);
        }

        /** Whether everything could be looked at and no fault is left. */
        public boolean isClean() {
            return examined.stream().allMatch(one -> one.problem().isEmpty())
                    && faults.stream().allMatch(fault -> fault.outcome() == Outcome.MENDED);
        }
    }

    /**
     * Looks for faults, and mends them if asked to. May be called while containers run and are made; one check is done at a time.
     *
     * @param progress gets lines for the user
     */
    Report check(Request request, Consumer<String> progress);
}
