package io.gantry.network.plugin;

import java.io.IOException;

/** A call of a plug-in that did not end well. */
final class PluginException extends IOException {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    PluginException(Kind kind, String message) {
        this(kind, message, null);
    }

    PluginException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** How far a call got. */
    enum Kind {
        /** Nobody listens; the request was not sent. */
        UNREACHABLE,
        /** The request was sent, and no whole answer came in time. */
        NO_ANSWER,
        /** An answer came that is not one. */
        BAD_ANSWER,
        /** The plug-in says no. */
        REFUSED,
        /** The plug-in does not know the call. */
        NOT_IMPLEMENTED
    }

    Kind kind() {
        return kind;
    }

    /** Whether the plug-in may have done what it was asked for. */
    boolean mayHaveActed() {
        return kind == Kind.NO_ANSWER || kind == Kind.BAD_ANSWER;
    }
}
