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

    /** What the user can do; empty where the message says it. */
    public String remedy() {
        return switch (kind) {
            case TRUNCATED -> "it is incomplete: copy or download it again";
            case CORRUPT -> "it is damaged, or a faulty tool made it: save or build it again";
            case ESCAPE -> "do not use it unless you know who made it; save or build it again";
            case LIMIT -> "it is larger than any known image needs: do not use it unless you know who made it";
            case DIGEST_MISMATCH -> "it was damaged or changed after it was made: copy or download it again";
            case MISSING -> "save the image again, with all its layers";
            case UNSUPPORTED -> "";
        };
    }

    /** The same refusal with the place it happened in put before the message. */
    public ImageFormatException in(String place) {
        return new ImageFormatException(kind, place + ": " + getMessage(), this);
    }
}
