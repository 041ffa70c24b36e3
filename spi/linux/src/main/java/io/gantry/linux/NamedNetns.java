package io.gantry.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * Network namespaces that live on without processes, each held by a file it is bind-mounted on, as {@code ip-netns(8)} keeps
 * them. Thread-safe.
 */
public final class NamedNetns {
    private static final long NSFS_MAGIC = 0x6e736673L;
    private static final Path OWN = Path.of("/proc/thread-self/ns/net");

    private NamedNetns() {}

    /**
     * Makes a network namespace, its loopback down, and keeps it by {@code file}. If that fails, the file is removed.
     *
     * @param file must not exist, its directory must
     * @throws IOException if the file cannot be made ({@link java.nio.file.FileAlreadyExistsException} included)
     * @throws KernelException if the namespace cannot be made or mounted
     */
    public static void create(Path file) throws IOException {
        Files.createFile(file);
        try {
            Namespaces.inNew(Set.of(NamespaceKind.NETWORK), () -> {
                Mounts.bind(OWN, file);
                return file;
            });
        } catch (KernelException e) {
            Files.delete(file);
            throw e;
        }
    }

    /**
     * Opens a namespace.
     *
     * @throws KernelException ENOENT if there is no such file, EINVAL if nothing is mounted on it, as after a reboot
     */
    public static Fd open(Path file) {
        Fd fd = Fd.open(file, OpenFlags.O_RDONLY);
        try {
            if (FileSystems.info(fd).magic() != NSFS_MAGIC) {
                throw new KernelException(
                        "open", file.toString(), Errno.EINVAL, "the file holds no namespace any more");
            }
            return fd;
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /** Whether a file is there and holds a namespace. */
    public static boolean exists(Path file) {
        return Files.exists(file) && FileSystems.info(file).magic() == NSFS_MAGIC;
    }

    /**
     * Lets go of a namespace and removes the file; does nothing when neither is there. The kernel ends the namespace, with
     * its interfaces, once no process or open descriptor uses it.
     */
    public static void delete(Path file) throws IOException {
        while (exists(file)) {
            Mounts.unmount(file, UnmountFlag.DETACH, UnmountFlag.NO_FOLLOW);
        }
        Files.deleteIfExists(file);
    }
}
