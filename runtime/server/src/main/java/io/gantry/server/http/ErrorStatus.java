package io.gantry.server.http;

import io.gantry.engine.EngineException;
import io.gantry.spi.AlreadyExistsException;
import io.gantry.spi.DriverException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.NotFoundException;
import io.gantry.spi.UnsupportedException;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What a client is told of a failure.
 *
 * @param status the HTTP status
 * @param message what happened
 * @param isFault whether it is a fault of ours, which belongs into the log
 */
record ErrorStatus(int status, String message, boolean isFault) {
    static ErrorStatus of(Throwable failure) {
        if (failure instanceof HttpError e) {
            return new ErrorStatus(e.status(), e.getMessage(), false);
        }
        if (failure instanceof EngineException e) {
            return new ErrorStatus(status(e.kind()), e.getMessage(), false);
        }
        if (failure instanceof DriverException e) {
            return new ErrorStatus(status(e), e.getMessage(), false);
        }
        if (failure instanceof BodyException e) {
            return new ErrorStatus(400, e.getMessage(), false);
        }
        if (failure instanceof IOException e) {
            return new ErrorStatus(500, String.valueOf(e.getMessage()), false);
        }
        if (failure instanceof UncheckedIOException e) {
            return of(e.getCause());
        }
        return new ErrorStatus(500, "internal error: " + failure, true);
    }

    private static int status(EngineException.Kind kind) {
        return switch (kind) {
            case NOT_FOUND -> 404;
            case INVALID -> 400;
            case CONFLICT -> 409;
            case NOT_MODIFIED -> 304;
            case FORBIDDEN -> 403;
            case NOT_IMPLEMENTED -> 501;
            case SYSTEM -> 500;
        };
    }

    private static int status(DriverException e) {
        if (e instanceof NotFoundException) {
            return 404;
        }
        if (e instanceof InvalidArgumentException) {
            return 400;
        }
        if (e instanceof AlreadyExistsException || e instanceof FailedPreconditionException) {
            return 409;
        }
        return e instanceof UnsupportedException ? 501 : 500;
    }
}
