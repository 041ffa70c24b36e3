package io.gantry.spi;

/** The object is in a state that does not allow the call, such as a layer that still has children. */
public final class FailedPreconditionException extends DriverException {
    private static final long serialVersionUID = 1;

    /** An error without a cause. */
    public FailedPreconditionException(Problem problem) {
        super(problem, null);
    }

    /** An error that another one led to. */
    public FailedPreconditionException(Problem problem, Throwable cause) {
        super(problem, cause);
    }
}
