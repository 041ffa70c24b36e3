package io.gantry.engine;

import io.gantry.spi.Problem;
import java.util.Objects;

/** An error for the user: what kind it is and a message in Docker's words where Docker has them. */
public final class EngineException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What kind of error it is. The API maps each to an HTTP status. */
    public enum Kind {
        /** What was named does not exist: 404. */
        NOT_FOUND,
        /** The request can never be right: 400. */
        INVALID,
        /** The object's state does not allow it: 409. */
        CONFLICT,
        /** It is so already: 304. */
        NOT_MODIFIED,
        /** Not allowed: 403. */
        FORBIDDEN,
        /** Not built, or not possible here: 501. */
        NOT_IMPLEMENTED,
        /** Something outside the engine failed: 500. */
        SYSTEM
    }

    private final Kind kind;

    /** An error without a cause. */
    public EngineException(Kind kind, String message) {
        this(kind, message, null);
    }

    /** An error that another one led to. */
    public EngineException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = Objects.requireNonNull(kind, "kind");
    }

    /** An error told as a {@link Problem}. */
    public static EngineException of(Kind kind, Problem problem) {
        return new EngineException(kind, problem.toString());
    }

    /** {@code No such container: x} and the like. */
    public static EngineException notFound(String message) {
        return new EngineException(Kind.NOT_FOUND, message);
    }

    /** What kind of error it is. */
    public Kind kind() {
        return kind;
    }
}
