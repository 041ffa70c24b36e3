package io.gantry.cli;

import java.io.IOException;

/** The daemon answered with an error; {@code status} is HTTP's, {@code detail} the daemon's own words. */
final class ApiException extends IOException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String detail;

    ApiException(int status, String detail) {
        super("Error response from daemon: " + detail);
        this.status = status;
        this.detail = detail;
    }

    int status() {
        return status;
    }

    String detail() {
        return detail;
    }
}
