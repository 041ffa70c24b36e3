package io.gantry.linux.netlink;

import io.gantry.linux.Fd;
import io.gantry.linux.NamespaceKind;
import io.gantry.linux.Namespaces;
import io.gantry.linux.OpenFlags;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Supplier;

/** A network namespace of a test's own. It lasts until it is closed: nothing but the descriptor holds it. */
public final class TestNamespace implements AutoCloseable {

    private final Fd fd;

    /** Makes the namespace, with nothing in it but a loopback device that is down. */
    public TestNamespace() {
        fd = Namespaces.inNew(
                Set.of(NamespaceKind.NETWORK), () -> Fd.open(Path.of("/proc/thread-self/ns/net"), OpenFlags.O_RDONLY));
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
        return Namespaces.in(fd, NamespaceKind.NETWORK, work::get);
    }

    @Override
    public void close() {
        fd.close();
    }
}
