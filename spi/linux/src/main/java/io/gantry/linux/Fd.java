package io.gantry.linux;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;

/**
 * An open file descriptor that somebody owns and must close. Closing is idempotent and safe from any thread; a number is
 * never closed twice, so a descriptor that the kernel has handed out again is not hit.
 */
public final class Fd implements AutoCloseable {
    private static final int CLOSED = -1;
    private static final VarHandle VALUE;

    static {
        try {
            VALUE = MethodHandles.lookup().findVarHandle(Fd.class, "value", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile int value;

    private Fd(int value) {
        this.value = value;
    }

    /**
     * Takes ownership of an open descriptor.
     *
     * @throws IllegalArgumentException if the number is negative
     */
    public static Fd owning(int value) {
        if (value < 0) {
            throw new IllegalArgumentException("not a file descriptor: " + value);
        }
        return new Fd(value);
    }

    /**
     * {@code open(2)} with {@code O_CLOEXEC} added.
     *
     * @param flags from {@link OpenFlags}
     * @throws KernelException if the kernel refuses
     */
    public static Fd open(Path path, int flags) {
        int fd = LibC.calls()
                .openat(LibC.AT_FDCWD, KernelString.terminated(path.toString()), flags | OpenFlags.O_CLOEXEC, 0);
        if (fd < 0) {
            throw KernelException.last("open", path.toString());
        }
        return new Fd(fd);
    }

    /**
     * The descriptor's number, still owned by this object.
     *
     * @throws IllegalStateException if it is closed or was detached
     */
    public int value() {
        int current = value;
        if (current == CLOSED) {
            throw new IllegalStateException("the file descriptor is closed");
        }
        return current;
    }

    /** Whether {@link #value()} may still be asked. */
    public boolean isOpen() {
        return value != CLOSED;
    }

    /** {@code /proc/self/fd/N}: a path by which calls that know no descriptors reach this very object. */
    public Path path() {
        return Path.of("/proc/self/fd", Integer.toString(value()));
    }

    /**
     * Gives ownership away: the caller must see to it that the number is closed.
     *
     * @throws IllegalStateException if it is closed or was detached already
     */
    public int detach() {
        int current = (int) VALUE.getAndSet(this, CLOSED);
        if (current == CLOSED) {
            throw new IllegalStateException("the file descriptor is closed");
        }
        return current;
    }

    /**
     * {@code close(2)}; does nothing the second time. The kernel frees the number even when it reports an error, so there
     * is nothing to try again.
     *
     * @throws KernelException if data written before could not be stored (EIO, ENOSPC, EDQUOT)
     */
    @Override
    public void close() {
        int current = (int) VALUE.getAndSet(this, CLOSED);
        if (current != CLOSED && LibC.calls().close(current) != 0) {
            Errno errno = KernelException.lastErrno();
            if (errno != Errno.EINTR) {
                throw new KernelException("close", "descriptor " + current, errno);
            }
        }
    }

    @Override
    public String toString() {
        int current = value;
        return current == CLOSED ? "Fd[closed]" : "Fd[" + current + "]";
    }
}
