package io.gantry.engine.shim;

/** A command of the OCI runtime failed. The message has the command and the runtime's own words. */
public final class RuntimeCommandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String detail;

    RuntimeCommandException(String command, String detail) {
        super(command + " failed: " + detail);
        this.detail = detail;
    }

    /** The runtime's own words. */
    public String detail() {
        return detail;
    }
}
