package io.gantry.linux;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Work done in other namespaces: {@code setns(2)} and {@code unshare(2)}. Namespaces belong to a thread, so each call runs
 * on a platform thread of its own that ends with the work and is never used for anything else. The caller waits; its
 * interruption is passed on to the worker. Child processes started by the work are in the thread's namespaces, and so are
 * sockets made by it, which keep working in theirs wherever they are used later.
 */
public final class Namespaces {
    private static final int CLONE_FS = 0x200;

    private Namespaces() {}

    /** Work that gives a result or fails in its own way. */
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        /** Does it. */
        T run() throws E;
    }

    /**
     * Runs work in an existing namespace.
     *
     * @param namespace an open {@code /proc/PID/ns/KIND} or a file that one is mounted on
     * @param kind what it must be
     * @throws KernelException EINVAL if the descriptor is no namespace of this kind, EPERM without privilege
     */
    public static <T, E extends Exception> T in(Fd namespace, NamespaceKind kind, Work<T, E> work) throws E {
        return onThread("in-" + kind.file(), () -> enter(namespace, kind), work);
    }

    /** Runs work in a namespace kept by a file, such as a {@link NamedNetns}. */
    public static <T, E extends Exception> T in(Path namespace, NamespaceKind kind, Work<T, E> work) throws E {
        try (Fd fd = Fd.open(namespace, OpenFlags.O_RDONLY)) {
            return in(fd, kind, work);
        }
    }

    /**
     * Runs work in new namespaces, which are gone afterwards unless the work keeps them. A new mount namespace has its
     * mounts' propagation set to {@code private} throughout, so that nothing leaks out of it.
     *
     * @throws KernelException EPERM without privilege, ENOSPC beyond the user's limit of namespaces
     */
    public static <T, E extends Exception> T inNew(Set<NamespaceKind> kinds, Work<T, E> work) throws E {
        return onThread("in-new", () -> leave(kinds), work);
    }

    /** Runs work on a thread with a working directory of its own; the process's stays as it is. */
    static <T, E extends Exception> T inDirectory(Path directory, Work<T, E> work) throws E {
        return onThread("in-directory", () -> changeDirectory(directory), work);
    }

    private static void changeDirectory(Path directory) {
        unshare(CLONE_FS, "CLONE_FS");
        if (LibC.calls().chdir(KernelString.terminated(directory.toString())) != 0) {
            throw KernelException.last("chdir", directory.toString());
        }
    }

    private static void enter(Fd namespace, NamespaceKind kind) {
        if (kind == NamespaceKind.MOUNT) {
            unshare(CLONE_FS, "CLONE_FS");
        }
        if (LibC.calls().setns(namespace.value(), kind.flag()) != 0) {
            KernelException failure = KernelException.last("setns", kind.file() + " by " + namespace);
            throw failure.is(Errno.EINVAL) ? failure.because("not a namespace of this kind") : failure;
        }
    }

    private static void leave(Set<NamespaceKind> kinds) {
        int flags = kinds.stream().mapToInt(NamespaceKind::flag).reduce(0, (a, b) -> a | b);
        unshare(flags, kinds.toString());
        if (kinds.contains(NamespaceKind.MOUNT)) {
            Mounts.propagate(Path.of("/"), Propagation.PRIVATE, true);
        }
    }

    private static void unshare(int flags, String object) {
        if (LibC.calls().unshare(flags) != 0) {
            throw KernelException.last("unshare", object);
        }
    }

    /** Runs work on a thread of its own that ends with it, after a preparation that changes the thread. */
    static <T, E extends Exception> T onThread(String name, Runnable preparation, Work<T, E> work) throws E {
        AtomicReference<Outcome<T>> outcome = new AtomicReference<>();
        Thread worker = new Thread(() -> outcome.set(attempt(preparation, work)), "namespace-" + name);
        worker.setDaemon(true);
        worker.start();
        waitFor(worker);
        Outcome<T> result = outcome.get();
        if (result.failure() != null) {
            throw Namespaces.<E>sneaky(result.failure());
        }
        return result.value();
    }

    private static <T, E extends Exception> Outcome<T> attempt(Runnable preparation, Work<T, E> work) {
        try {
            preparation.run();
            return new Outcome<>(work.run(), null);
        } catch (Throwable t) {
            return new Outcome<>(null, t);
        }
    }

    private static void waitFor(Thread worker) {
        boolean interrupted = false;
        while (worker.isAlive()) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                interrupted = true;
                worker.interrupt();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The work's failure is of type E, or unchecked: it is thrown on as it is. */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
    private static <E extends Exception> E sneaky(Throwable failure) throws E {
        if (failure instanceof Error error) {
            throw error;
        }
        throw (E) failure;
    }

    private record Outcome<T>(T value, Throwable failure) {}
}
