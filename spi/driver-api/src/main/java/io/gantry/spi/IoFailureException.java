package io.gantry.spi;

/** The kernel, the disk or a program refused; nothing in the call was wrong. */
public final class IoFailureException extends DriverException {
    private static final long serialVersionUID = 1;

    /** An error without a cause. */
    public IoFailureException(Problem problem) {
        super(problem, null);
    }

    /** An error that another one led to. */
    public IoFailureException(Problem problem, Throwable cause) {
        super(problem, cause);
    }
}
