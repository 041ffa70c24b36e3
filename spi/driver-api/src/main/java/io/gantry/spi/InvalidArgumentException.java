package io.gantry.spi;

/** An argument or option can never be right. */
public final class InvalidArgumentException extends DriverException {
    private static final long serialVersionUID = 1;

    /** An error without a cause. */
    public InvalidArgumentException(Problem problem) {
        super(problem, null);
    }

    /** An error that another one led to. */
    public InvalidArgumentException(Problem problem, Throwable cause) {
        super(problem, cause);
    }
}
