package io.gantry.server.http;

/** An answer other than success, for errors that the engine does not know of. */
public final class HttpError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    /** A status and what the client is told. */
    public HttpError(int status, String message) {
        this(status, message, null);
    }

    /** An error that another one led to. */
    public HttpError(int status, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
    }

    /** A request that can never be right. */
    public static HttpError badRequest(String message) {
        return new HttpError(400, message);
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }
}
