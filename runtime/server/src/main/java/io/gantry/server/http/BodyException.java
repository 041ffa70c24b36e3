package io.gantry.server.http;

import java.io.IOException;

/** A request's body did not arrive whole. */
final class BodyException extends IOException {
    private static final long serialVersionUID = 1;

    BodyException(String message) {
        super(message);
    }
}
