package io.gantry.engine.shim;

import java.util.Locale;
import java.util.Objects;

/** The OCI runtime could not start a process. The message is Docker's; the exit code is what Docker's clients make of it. */
public final class StartFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** The program does not exist. */
    public static final int NOT_FOUND = 127;

    /** The program cannot be executed. */
    public static final int NOT_EXECUTABLE = 126;

    /** Anything else. */
    public static final int OTHER = 128;

    private final int exitCode;

    /** With the exit code that the message tells. */
    public StartFailedException(String message) {
        super(Objects.requireNonNull(message, "message"));
        this.exitCode = exitCode(message);
    }

    /** 127, 126 or 128. */
    public int exitCode() {
        return exitCode;
    }

    /** Whether the user's command was at fault (127, 126) and not the machine. */
    public boolean isInvalidCommand() {
        return exitCode != OTHER;
    }

    private static int exitCode(String message) {
        String text = message.toLowerCase(Locale.ROOT);
        if (text.contains("executable file not found") || text.contains("no such file or directory")) {
            return NOT_FOUND;
        }
        if (text.contains("permission denied") || text.contains("not a directory") || text.contains("is a directory")) {
            return NOT_EXECUTABLE;
        }
        return OTHER;
    }
}
