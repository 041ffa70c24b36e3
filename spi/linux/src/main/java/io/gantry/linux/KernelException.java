package io.gantry.linux;

import java.util.Objects;
import jnr.ffi.Runtime;

/**
 * A system call that failed: which call, on what, with which error, and why where the kernel or we know more than the
 * number says. The message reads {@code mount overlay on /x: EINVAL (Invalid argument)}, followed by the reason if any.
 */
public final class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final String object;
    private final Errno errno;
    private final String reason;

    /** A failure of which nothing is known beyond its number. */
    public KernelException(String call, String object, Errno errno) {
        this(call, object, errno, "");
    }

    /**
     * @param call the system call's name, such as {@code mount}
     * @param object what it was done on: a path, or the telling arguments; may be empty
     * @param errno the kernel's answer
     * @param reason one plain clause that explains it, empty when nothing more is known
     */
    public KernelException(String call, String object, Errno errno, String reason) {
        super(message(call, object, errno, reason));
        this.call = Objects.requireNonNull(call, "call");
        this.object = Objects.requireNonNull(object, "object");
        this.errno = Objects.requireNonNull(errno, "errno");
        this.reason = Objects.requireNonNull(reason, "reason");
    }

    /**
     * The failure of the native call this thread has just made through jnr-ffi. To be called at once: any other native
     * call of the same thread overwrites the number.
     */
    public static KernelException last(String call, String object) {
        return new KernelException(call, object, lastErrno());
    }

    /** The error number of the native call this thread has just made through jnr-ffi. */
    public static Errno lastErrno() {
        return Errno.of(Runtime.getSystemRuntime().getLastError());
    }

    /** The system call's name. */
    public String call() {
        return call;
    }

    /** The path or arguments of the call; may be empty. */
    public String object() {
        return object;
    }

    /** The kernel's answer. */
    public Errno errno() {
        return errno;
    }

    /** Why it failed, where more is known than the number says; otherwise empty. */
    public String reason() {
        return reason;
    }

    /** Whether the kernel answered with one of these. */
    public boolean is(Errno first, Errno... others) {
        if (errno == first) {
            return true;
        }
        for (Errno other : others) {
            if (errno == other) {
                return true;
            }
        }
        return false;
    }

    /** The same failure, explained. */
    public KernelException because(String explanation) {
        KernelException explained = new KernelException(call, object, errno, explanation);
        explained.setStackTrace(getStackTrace());
        return explained;
    }

    private static String message(String call, String object, Errno errno, String reason) {
        StringBuilder text = new StringBuilder(call);
        if (!object.isEmpty()) {
            text.append(' ').append(object);
        }
        text.append(": ")
                .append(errno.name())
                .append(" (")
                .append(errno.description())
                .append(')');
        if (!reason.isEmpty()) {
            text.append(": ").append(reason);
        }
        return text.toString();
    }
}
