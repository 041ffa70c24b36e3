package io.gantry.linux;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A directory tree that path resolution cannot leave: {@code openat2(2)} with {@code RESOLVE_IN_ROOT} and
 * {@code RESOLVE_NO_MAGICLINKS} (Linux 5.6). Absolute symbolic links and {@code ..} are taken relative to the root, as in
 * a chroot, and races with renames cannot break out.
 *
 * <p>Made for many entries: {@link #directory} resolves a parent once, and the {@link OpenDirectory} it gives does the
 * {@code *at} calls on single names. Paths are {@code /}-separated, a leading slash means the root; names are in the form
 * of {@link KernelString}. Safe for use by several threads.
 */
public final class RootedDirectory implements AutoCloseable {
    private static final long RESOLVE_NO_MAGICLINKS = 0x02;
    private static final long RESOLVE_NO_SYMLINKS = 0x04;
    private static final long RESOLVE_BENEATH = 0x08;
    private static final long RESOLVE_IN_ROOT = 0x10;
    private static final int HOW_SIZE = 24;
    private static final int RETRIES = 128;

    private final OpenDirectory root;

    private RootedDirectory(OpenDirectory root) {
        this.root = root;
    }

    /**
     * Opens a directory as root; symbolic links in {@code directory} itself are followed.
     *
     * @throws KernelException if it cannot be opened or is not a directory
     */
    public static RootedDirectory open(Path directory) {
        return new RootedDirectory(OpenDirectory.open(directory));
    }

    /** The root itself. Closed with this object. */
    public OpenDirectory root() {
        return root;
    }

    /**
     * The directory at a path, symbolic links followed within the root.
     *
     * @throws KernelException ENOENT, ENOTDIR, ELOOP (more than 40 links), ENAMETOOLONG and others as {@code open(2)}
     */
    public OpenDirectory directory(String path) {
        return directory(path, RESOLVE_IN_ROOT);
    }

    /** As {@link #directory}, but empty when a part of the path is missing (ENOENT). */
    public Optional<OpenDirectory> findDirectory(String path) {
        int fd = resolve(path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0, RESOLVE_IN_ROOT);
        if (fd == -Errno.ENOENT.number()) {
            return Optional.empty();
        }
        return Optional.of(new OpenDirectory(checked(fd, path), name(path)));
    }

    /**
     * The directory at a path of which no part is a symbolic link and that does not climb above the root
     * ({@code RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS}); anything else is ELOOP or EXDEV.
     */
    public OpenDirectory strictDirectory(String path) {
        String relative = path.startsWith("/") ? path.substring(1) : path;
        return directory(relative, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);
    }

    /**
     * Opens or creates the file at a path, symbolic links followed within the root.
     *
     * @param flags from {@link OpenFlags}; {@code O_CLOEXEC} is added
     * @param mode permission bits for {@code O_CREAT} and {@code O_TMPFILE}, otherwise 0
     */
    public Fd open(String path, int flags, int mode) {
        return checked(resolve(path, flags, mode, RESOLVE_IN_ROOT), path);
    }

    /** What a path leads to, symbolic links followed within the root; empty when it leads to nothing. */
    public Optional<Stat> stat(String path) {
        int fd = resolve(path, OpenFlags.O_PATH, 0, RESOLVE_IN_ROOT);
        if (fd == -Errno.ENOENT.number() || fd == -Errno.ENOTDIR.number()) {
            return Optional.empty();
        }
        try (Fd found = checked(fd, path)) {
            return Stat.read(found.value(), LibC.EMPTY_PATH, LibC.AT_EMPTY_PATH, name(path));
        }
    }

    @Override
    public void close() {
        root.close();
    }

    private OpenDirectory directory(String path, long how) {
        int fd = resolve(path, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY, 0, how);
        return new OpenDirectory(checked(fd, path), name(path));
    }

    /** A descriptor, or the negated error number. EAGAIN means a rename got in the way and asks for another try. */
    private int resolve(String path, int flags, int mode, long resolve) {
        byte[] how = new byte[HOW_SIZE];
        Struct.view(how)
                .putLong(0, flags | OpenFlags.O_CLOEXEC)
                .putLong(8, mode)
                .putLong(16, resolve | RESOLVE_NO_MAGICLINKS);
        byte[] name = KernelString.terminated(path.isEmpty() ? "." : path);
        for (int attempt = 1; ; attempt++) {
            int fd = (int) LibC.calls().syscall(LibC.Sys.OPENAT2, root.fd().value(), name, how, (long) HOW_SIZE);
            if (fd >= 0) {
                return fd;
            }
            Errno errno = KernelException.lastErrno();
            if ((errno != Errno.EAGAIN && errno != Errno.EINTR) || attempt == RETRIES) {
                return -errno.number();
            }
        }
    }

    private Fd checked(int fd, String path) {
        if (fd >= 0) {
            return Fd.owning(fd);
        }
        Errno errno = Errno.of(-fd);
        String reason = errno == Errno.ENOSYS ? "needs Linux 5.6 or newer" : "";
        throw new KernelException("openat2", name(path), errno, reason);
    }

    private String name(String path) {
        return path + " in " + root.name();
    }
}
