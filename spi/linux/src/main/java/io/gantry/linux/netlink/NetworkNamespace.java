package io.gantry.linux.netlink;

import io.gantry.linux.Fd;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenFlags;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Work inside another network namespace. A thread has entered it for good as far as anything it opens is concerned, so the
 * work runs on a platform thread of its own that ends with it.
 */
public final class NetworkNamespace {

    private static final int CLONE_NEWNET = 0x40000000;

    private NetworkNamespace() {}

    /**
     * Runs the work in the namespace that the file stands for ({@code /proc/PID/ns/net}, or a mount of one) and waits for it.
     *
     * @throws KernelException if the file cannot be opened or the namespace not entered; otherwise what the work throws
     */
    public static <T> T call(Path netns, Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        // Opened here: a path through /proc/thread-self means the caller's thread.
        try (Fd namespace = Fd.open(netns, OpenFlags.O_RDONLY)) {
            Thread thread = new Thread(
                    () -> {
                        try {
                            enter(namespace, netns);
                            result.complete(work.get());
                        } catch (Throwable e) {
                            result.completeExceptionally(e);
                        }
                    },
                    "netns " + netns.getFileName());
            thread.setDaemon(true);
            thread.start();
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw e;
        }
    }

    private static void enter(Fd namespace, Path netns) {
        if (SocketCalls.calls().setns(namespace.value(), CLONE_NEWNET) < 0) {
            throw KernelException.last("setns", netns.toString());
        }
    }
}
