package io.gantry.linux;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A lock on a file, {@code flock(2)}, held until closed or until the process ends. The file is made when it is missing and
 * never removed: removing it would let two hold locks on different files of one name. Locks exclude other holders in this
 * process, too.
 */
public final class Flock implements AutoCloseable {
    private static final int LOCK_SH = 1;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    private final Fd fd;

    private Flock(Fd fd) {
        this.fd = fd;
    }

    /** Takes the lock alone if nobody holds it; empty otherwise. */
    public static Optional<Flock> tryExclusive(Path file) {
        return take(file, LOCK_EX | LOCK_NB);
    }

    /** Takes the lock beside others who share it; empty while somebody holds it alone. */
    public static Optional<Flock> tryShared(Path file) {
        return take(file, LOCK_SH | LOCK_NB);
    }

    /** Takes the lock alone, waiting for others to let go. Not interruptible. */
    public static Flock exclusive(Path file) {
        return take(file, LOCK_EX).orElseThrow();
    }

    /** Lets go. Idempotent. */
    @Override
    public void close() {
        fd.close();
    }

    private static Optional<Flock> take(Path file, int operation) {
        int flags = OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_CLOEXEC;
        int opened = LibC.calls().openat(LibC.AT_FDCWD, KernelString.terminated(file.toString()), flags, 0600);
        if (opened < 0) {
            throw KernelException.last("open", file.toString());
        }
        Fd fd = Fd.owning(opened);
        while (LibC.calls().flock(opened, operation) != 0) {
            KernelException failure = KernelException.last("flock", file.toString());
            if (!failure.is(Errno.EINTR)) {
                fd.close();
                if (failure.is(Errno.EAGAIN)) {
                    return Optional.empty();
                }
                throw failure;
            }
        }
        return Optional.of(new Flock(fd));
    }
}
