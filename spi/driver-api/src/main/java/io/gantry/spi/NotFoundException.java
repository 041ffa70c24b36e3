package io.gantry.spi;

/** What was named does not exist. */
public final class NotFoundException extends DriverException {
    private static final long serialVersionUID = 1;

    /** An error without a cause. */
    public NotFoundException(Problem problem) {
        super(problem, null);
    }

    /** An error that another one led to. */
    public NotFoundException(Problem problem, Throwable cause) {
        super(problem, cause);
    }
}
