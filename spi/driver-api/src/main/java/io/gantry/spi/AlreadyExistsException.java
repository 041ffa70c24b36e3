package io.gantry.spi;

/** What was to be made is there already. */
public final class AlreadyExistsException extends DriverException {
    private static final long serialVersionUID = 1;

    /** An error without a cause. */
    public AlreadyExistsException(Problem problem) {
        super(problem, null);
    }

    /** An error that another one led to. */
    public AlreadyExistsException(Problem problem, Throwable cause) {
        super(problem, cause);
    }
}
