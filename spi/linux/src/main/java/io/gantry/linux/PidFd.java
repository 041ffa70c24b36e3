package io.gantry.linux;

import java.time.Duration;
import java.util.Optional;

/**
 * A process held by descriptor, {@code pidfd_open(2)} (Linux 5.3): signals reach this very process even if its number has
 * been given to another meanwhile. Thread-safe.
 */
public final class PidFd implements AutoCloseable {
    private final long pid;
    private final Fd fd;

    private PidFd(long pid, Fd fd) {
        this.pid = pid;
        this.fd = fd;
    }

    /** Holds a process; empty when there is none of that number. */
    public static Optional<PidFd> open(long pid) {
        long result = LibC.calls().syscall(LibC.Sys.PIDFD_OPEN, (int) pid, 0);
        if (result >= 0) {
            return Optional.of(new PidFd(pid, Fd.owning((int) result)));
        }
        KernelException failure = KernelException.last("pidfd_open", "process " + pid);
        if (failure.is(Errno.ESRCH)) {
            return Optional.empty();
        }
        throw failure;
    }

    /** The number it had when it was opened. */
    public long pid() {
        return pid;
    }

    /** The descriptor; readable once the process has ended. Closed with this object. */
    public Fd fd() {
        return fd;
    }

    /**
     * {@code pidfd_send_signal(2)}. Returns false when the process has ended and been reaped.
     *
     * @param signal its number; 0 only asks
     */
    public boolean signal(int signal) {
        if (LibC.calls().syscall(LibC.Sys.PIDFD_SEND_SIGNAL, fd.value(), signal, null, 0) == 0) {
            return true;
        }
        KernelException failure = KernelException.last("pidfd_send_signal", signal + " to process " + pid);
        if (failure.is(Errno.ESRCH)) {
            return false;
        }
        throw failure;
    }

    /** Whether the process has ended, reaped or not. */
    public boolean hasEnded() {
        return awaitEnd(Duration.ZERO);
    }

    /** Waits until the process has ended; false when the time was not enough. */
    public boolean awaitEnd(Duration limit) {
        int millis = (int) Math.min(limit.toMillis(), Integer.MAX_VALUE);
        return Poll.await(fd.value(), Poll.IN, -1, millis) != 0;
    }

    @Override
    public void close() {
        fd.close();
    }
}
