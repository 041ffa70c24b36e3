package io.gantry.linux;

import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.annotations.Variadic;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/**
 * The C library, bound once on first use. Paths go in as bytes with a NUL behind ({@link KernelString#terminated}),
 * structures as byte arrays in native order. Every call saves {@code errno} for {@link KernelException#lastErrno()}.
 */
final class LibC {
    static final int AT_FDCWD = -100;
    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    static final int AT_REMOVEDIR = 0x200;
    static final int AT_EMPTY_PATH = 0x1000;
    static final int AT_RECURSIVE = 0x8000;

    /** The path of "the descriptor itself" for calls with {@link #AT_EMPTY_PATH}. Never written to. */
    static final byte[] EMPTY_PATH = {0};

    private LibC() {}

    static Calls calls() {
        return Holder.CALLS;
    }

    private static final class Holder {
        static final Calls CALLS = LibraryLoader.create(Calls.class).load("c");

        private Holder() {}
    }

    /**
     * System calls that C libraries do not wrap, or not all. Their numbers are the same on every architecture: all are
     * younger than the unified table that starts at 424 ({@code include/uapi/asm-generic/unistd.h}).
     */
    static final class Sys {
        static final long PIDFD_SEND_SIGNAL = 424;
        static final long OPEN_TREE = 428;
        static final long MOVE_MOUNT = 429;
        static final long FSOPEN = 430;
        static final long FSCONFIG = 431;
        static final long FSMOUNT = 432;
        static final long FSPICK = 433;
        static final long PIDFD_OPEN = 434;
        static final long OPENAT2 = 437;
        static final long MOUNT_SETATTR = 442;
        static final long QUOTACTL_FD = 443;

        private Sys() {}
    }

    /**
     * The functions themselves. Public only because the class that jnr-ffi makes for it lives in a loader of its own; the
     * enclosing class keeps it within the package.
     */
    public interface Calls {
        // open files

        int close(int fd);

        @Variadic(fixedCount = 3)
        int openat(int dirFd, @In byte[] path, int flags, int mode);

        @ssize_t
        long read(int fd, @Out byte[] buffer, @size_t long count);

        @ssize_t
        long write(int fd, @In byte[] buffer, @size_t long count);

        long lseek(int fd, long offset, int whence);

        int ftruncate(int fd, long length);

        int fallocate(int fd, int mode, long offset, long length);

        int fsync(int fd);

        int syncfs(int fd);

        int flock(int fd, int operation);

        @ssize_t
        long copy_file_range(int from, byte[] fromOffset, int to, byte[] toOffset, @size_t long length, int flags);

        @Variadic(fixedCount = 2)
        int ioctl(int fd, long request, byte[] argument);

        @Variadic(fixedCount = 2)
        int ioctl(int fd, long request, long argument);

        // directory entries

        @ssize_t
        long getdents64(int fd, @Out byte[] buffer, @size_t long count);

        int statx(int dirFd, @In byte[] path, int flags, int mask, @Out byte[] result);

        @ssize_t
        long readlinkat(int dirFd, @In byte[] path, @Out byte[] buffer, @size_t long size);

        int mkdirat(int dirFd, @In byte[] path, int mode);

        int mknodat(int dirFd, @In byte[] path, int mode, long device);

        int symlinkat(@In byte[] target, int dirFd, @In byte[] path);

        int linkat(int fromFd, @In byte[] from, int toFd, @In byte[] to, int flags);

        int unlinkat(int dirFd, @In byte[] path, int flags);

        int renameat2(int fromFd, @In byte[] from, int toFd, @In byte[] to, int flags);

        int fchownat(int dirFd, @In byte[] path, int uid, int gid, int flags);

        int fchmodat(int dirFd, @In byte[] path, int mode, int flags);

        int utimensat(int dirFd, @In byte[] path, @In byte[] times, int flags);

        // extended attributes

        @ssize_t
        long getxattr(@In byte[] path, @In byte[] name, @Out byte[] value, @size_t long size);

        @ssize_t
        long lgetxattr(@In byte[] path, @In byte[] name, @Out byte[] value, @size_t long size);

        int setxattr(@In byte[] path, @In byte[] name, @In byte[] value, @size_t long size, int flags);

        int lsetxattr(@In byte[] path, @In byte[] name, @In byte[] value, @size_t long size, int flags);

        @ssize_t
        long listxattr(@In byte[] path, @Out byte[] names, @size_t long size);

        @ssize_t
        long llistxattr(@In byte[] path, @Out byte[] names, @size_t long size);

        int removexattr(@In byte[] path, @In byte[] name);

        int lremovexattr(@In byte[] path, @In byte[] name);

        // file systems and mounts

        int statfs(@In byte[] path, @Out byte[] result);

        int fstatfs(int fd, @Out byte[] result);

        int mount(@In byte[] source, @In byte[] target, @In byte[] type, long flags, @In byte[] data);

        int umount2(@In byte[] target, int flags);

        int quotactl(int command, @In byte[] device, int id, byte[] argument);

        int chdir(@In byte[] path);

        // namespaces

        int setns(int fd, int kind);

        int unshare(int flags);

        // whom a thread's files belong to

        int setfsuid(int uid);

        int setfsgid(int gid);

        int capget(byte[] header, byte[] data);

        int capset(@In byte[] header, @In byte[] data);

        // sockets and events

        int socket(int domain, int type, int protocol);

        int connect(int fd, @In byte[] address, int length);

        @ssize_t
        long send(int fd, @In byte[] buffer, @size_t long length, int flags);

        @ssize_t
        long recv(int fd, @Out byte[] buffer, @size_t long length, int flags);

        int shutdown(int fd, int how);

        int eventfd(int initial, int flags);

        int poll(byte[] entries, long count, int timeoutMillis);

        // syscall(2), by shape

        /** fsopen. */
        @Variadic(fixedCount = 1)
        long syscall(long number, @In byte[] name, int flags);

        /** pidfd_open. */
        @Variadic(fixedCount = 1)
        long syscall(long number, int first, int flags);

        /** fsmount. */
        @Variadic(fixedCount = 1)
        long syscall(long number, int fd, int flags, int attributes);

        /** open_tree, fspick. */
        @Variadic(fixedCount = 1)
        long syscall(long number, int dirFd, @In byte[] path, int flags);

        /** fsconfig. */
        @Variadic(fixedCount = 1)
        long syscall(long number, int fd, int command, @In byte[] key, @In byte[] value, int auxiliary);

        /** move_mount. */
        @Variadic(fixedCount = 1)
        long syscall(long number, int fromFd, @In byte[] from, int toFd, @In byte[] to, int flags);

        /** mount_setattr. */
        @Variadic(fixedCount = 1)
        long syscall(long number, int dirFd, @In byte[] path, int flags, @In byte[] attributes, @size_t long size);

        /** openat2. */
        @Variadic(fixedCount = 1)
        long syscall(long number, int dirFd, @In byte[] path, @In byte[] how, @size_t long size);

        /** pidfd_send_signal. */
        @Variadic(fixedCount = 1)
        long syscall(long number, int fd, int second, byte[] argument, int flags);

        /** quotactl_fd. */
        @Variadic(fixedCount = 1)
        long syscall(long number, int fd, int command, int id, byte[] argument);
    }
}
