package io.gantry.linux.netlink;

import io.gantry.linux.Fd;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenFlags;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import jnr.ffi.LibraryLoader;

/** A network namespace of a test's own. It lasts until it is closed: nothing but the descriptor holds it. */
public final class TestNamespace implements AutoCloseable {

    private static final int CLONE_NEWNET = 0x40000000;
    private static final Calls CALLS = LibraryLoader.create(Calls.class).load("c");

    private final Fd fd;

    /** Makes the namespace, with nothing in it but a loopback device that is down. */
    public TestNamespace() {
        CompletableFuture<Fd> made = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                if (CALLS.unshare(CLONE_NEWNET) != 0) {
                    throw KernelException.last("unshare", "CLONE_NEWNET");
                }
                made.complete(Fd.open(Path.of("/proc/thread-self/ns/net"), OpenFlags.O_RDONLY));
            } catch (Throwable e) {
                made.completeExceptionally(e);
            }
        });
        thread.start();
        fd = made.join();
    }

    /** The namespace. */
    public Fd fd() {
        return fd;
    }

    /** A file that stands for it. */
    public Path path() {
        return fd.path();
    }

    Netlink netlink() {
        return Netlink.open(fd);
    }

    /** Runs work inside. */
    public <T> T call(Supplier<T> work) {
        return NetworkNamespace.call(path(), work);
    }

    @Override
    public void close() {
        fd.close();
    }

    /** The one function that no product code needs here. */
    public interface Calls {
        int unshare(int flags);
    }
}
