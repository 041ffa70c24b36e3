package io.gantry.image;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import java.io.IOException;
import java.util.Locale;

/** A disk, its inodes or a quota are used up. The message says where, and what to do. */
public final class NoSpaceException extends IOException {
    private static final long serialVersionUID = 1;

    private NoSpaceException(String reason, String where, Throwable cause) {
        super(
                reason + " while writing " + where
                        + ": free space or inodes there (see df and df -i), for instance with \"image prune\", or use a larger disk",
                cause);
    }

    /** This exception if a full disk is the cause; otherwise the cause itself. */
    public static IOException explain(String where, IOException cause) {
        String reason = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (reason.contains("no space left on device")) {
            return new NoSpaceException("no space left on device", where, cause);
        }
        return reason.contains("disk quota exceeded")
                ? new NoSpaceException("disk quota exceeded", where, cause)
                : cause;
    }

    /** This exception if a full disk is the cause; otherwise one with the other message. */
    public static IOException explain(String where, String otherwise, KernelException cause) {
        if (cause.is(Errno.ENOSPC)) {
            return new NoSpaceException("no space left on device", where, cause);
        }
        return cause.is(Errno.EDQUOT)
                ? new NoSpaceException("disk quota exceeded", where, cause)
                : new IOException(otherwise, cause);
    }
}
