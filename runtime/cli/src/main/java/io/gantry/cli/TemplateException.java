package io.gantry.cli;

/** A template that cannot be read ({@link #reading}) or whose execution failed; the message is Go's. */
final class TemplateException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final boolean reading;

    TemplateException(boolean reading, String message) {
        super(message);
        this.reading = reading;
    }

    boolean reading() {
        return reading;
    }
}
