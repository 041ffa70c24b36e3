package io.gantry.server.http;

import java.io.IOException;

/** Answers requests. Called on a worker thread, which it may block. */
@FunctionalInterface
public interface Handler {
    /**
     * Answers one request: by the time it returns, the answer has at least begun, and what is left of it comes from elsewhere. What it throws
     * becomes the answer if none has begun, and else breaks the connection.
     */
    void handle(Exchange exchange) throws IOException;
}
