package io.gantry.spi;

/** The driver cannot do this on this machine, or at all. */
public final class UnsupportedException extends DriverException {
    private static final long serialVersionUID = 1;

    /** An error without a cause. */
    public UnsupportedException(Problem problem) {
        super(problem, null);
    }

    /** An error that another one led to. */
    public UnsupportedException(Problem problem, Throwable cause) {
        super(problem, cause);
    }
}
