package io.gantry.engine.files;

/** An archive would replace a directory by something else, or something else by a directory, which the caller forbade. */
public final class OverwriteRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** In Docker's words. */
    public OverwriteRefusedException(String message) {
        super(message);
    }
}
