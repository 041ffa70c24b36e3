package io.gantry.engine.shim;

/** Told once for each run of a container that it has ended; on a thread that must not be held up for long. */
@FunctionalInterface
public interface ExitListener {
    /** It has ended; all its output is in the log. */
    void exited(ExitStatus status);
}
