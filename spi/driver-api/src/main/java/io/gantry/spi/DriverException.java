package io.gantry.spi;

/** The errors a driver may raise. The engine maps each kind to an HTTP status and an exit code; any other exception counts as a fault of the driver. */
public abstract sealed class DriverException extends RuntimeException
        permits AlreadyExistsException,
                FailedPreconditionException,
                InvalidArgumentException,
                IoFailureException,
                NotFoundException,
                OutOfSpaceException,
                UnsupportedException {
    private static final long serialVersionUID = 1;

    private final transient Problem problem;

    DriverException(Problem problem, Throwable cause) {
        super(problem.toString(), cause);
        this.problem = problem;
    }

    /** What was attempted, why it failed, and what to do. */
    public final Problem problem() {
        return problem;
    }
}
