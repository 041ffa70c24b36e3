package io.gantry.linux;

/**
 * Changes of what an open descriptor refers to, by {@code /proc/self/fd/N}, so that {@code O_PATH} descriptors, those of
 * device nodes and FIFOs never opened for real included, work too. Thread-safe.
 */
public final class FileAttributes {
    private FileAttributes() {}

    /**
     * Sets permission bits, {@code 0..07777}.
     *
     * @throws KernelException EOPNOTSUPP for a symbolic link, which has none
     */
    public static void changeMode(Fd fd, int mode) {
        check(LibC.calls().fchmodat(LibC.AT_FDCWD, path(fd), mode, 0), "chmod", fd);
    }

    /** Changes owner and group, unsigned 32 bits; works on symbolic links opened with {@code O_PATH | O_NOFOLLOW}. */
    public static void changeOwner(Fd fd, long uid, long gid) {
        int result = LibC.calls().fchownat(fd.value(), LibC.EMPTY_PATH, (int) uid, (int) gid, LibC.AT_EMPTY_PATH);
        check(result, "fchownat", fd);
    }

    /** Sets access and modification time to the nanosecond. */
    public static void setTimes(Fd fd, long atimeSeconds, int atimeNanos, long mtimeSeconds, int mtimeNanos) {
        byte[] times = OpenDirectory.timespecs(atimeSeconds, atimeNanos, mtimeSeconds, mtimeNanos);
        check(LibC.calls().utimensat(LibC.AT_FDCWD, path(fd), times, 0), "utimensat", fd);
    }

    static byte[] path(Fd fd) {
        return KernelString.terminated("/proc/self/fd/" + fd.value());
    }

    private static void check(int result, String call, Fd fd) {
        if (result != 0) {
            throw KernelException.last(call, fd.toString());
        }
    }
}
