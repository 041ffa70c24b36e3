package io.gantry.spi;

/** The disk, a quota or the inodes are used up. */
public final class OutOfSpaceException extends DriverException {
    private static final long serialVersionUID = 1;

    /** An error without a cause. */
    public OutOfSpaceException(Problem problem) {
        super(problem, null);
    }

    /** An error that another one led to. */
    public OutOfSpaceException(Problem problem, Throwable cause) {
        super(problem, cause);
    }
}
