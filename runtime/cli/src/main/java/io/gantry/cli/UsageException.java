package io.gantry.cli;

/** A wrong flag or argument, found before the daemon is asked. */
class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UsageException(String message) {
        super(message);
    }

    /** A value that a flag does not take; Docker answers these with the command's usage. */
    static final class OfFlag extends UsageException {
        private static final long serialVersionUID = 1;

        /** {@code flag} as Docker shows it, {@code -m, --memory}. */
        OfFlag(String value, String flag, String why) {
            super("invalid argument " + GoQuote.quote(value) + " for \"" + flag + "\" flag: " + why);
        }
    }
}
