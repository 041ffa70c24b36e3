package io.gantry.cli;

/** A command failed: {@code message} goes to standard error (nothing, when empty) and {@code code} is the exit code. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int code;

    CommandException(int code, String message) {
        super(message);
        this.code = code;
    }

    CommandException(String message) {
        this(1, message);
    }

    int code() {
        return code;
    }
}
