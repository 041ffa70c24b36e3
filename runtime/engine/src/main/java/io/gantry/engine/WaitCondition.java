package io.gantry.engine;

/** What to wait for. */
public enum WaitCondition {
    /** Until it does not run; at once if it does not. */
    NOT_RUNNING,
    /** Until it ends the next time. */
    NEXT_EXIT,
    /** Until it is removed. */
    REMOVED
}
