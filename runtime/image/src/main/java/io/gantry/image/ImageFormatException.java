package io.gantry.image;

import java.io.IOException;
import java.util.Objects;

/**
 * Image content that is damaged, hostile, or of a kind that is not understood. The message says what was read and why it was refused;
 * {@link #kind} is for code.
 */
public final class ImageFormatException extends IOException {
    private static final long serialVersionUID = 1;

    /** Why content was refused. */
    public enum Kind {
        /** The input ends early. */
        TRUNCATED,
        /** The bytes do not follow the format. */
        CORRUPT,
        /** The content would reach outside of where it may. */
        ESCAPE,
        /** A limit that guards against exhaustion was passed. */
        LIMIT,
        /** Content does not have the digest or size that was promised. */
        DIGEST_MISMATCH,
        /** Something that is referred to is not there. */
        MISSING,
        /** Legal, but not supported. */
        UNSUPPORTED
    }

    private final Kind kind;

    /** A refusal with its message. */
    public ImageFormatException(Kind kind, String message) {
        super(message);
        this.kind = Objects.requireNonNull(kind, "kind");
    }

    /** A refusal that another error led to. */
    public ImageFormatException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = Objects.requireNonNull(kind, "kind");
    }

    /** Why it was refused. */
    public Kind kind() {
        return kind;
    }

    /** The same refusal with the place it happened in put before the message. */
    public ImageFormatException in(String place) {
        return new ImageFormatException(kind, place + ": " + getMessage(), this);
    }
}
