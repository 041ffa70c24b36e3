package io.gantry.linux;

import jnr.ffi.LibraryLoader;
import jnr.ffi.Pointer;
import jnr.ffi.Runtime;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.annotations.Variadic;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/**
 * The C library, bound once on first use. Paths go in as bytes with a NUL behind ({@link KernelString#terminated}).
 * Every call saves {@code errno} for {@link KernelException#lastErrno()}.
 */
final class LibC {
    static final int AT_FDCWD = -100;
    static final int AT_SYMLINK_NOFOLLOW = 0x100;
    static final int AT_REMOVEDIR = 0x200;
    static final int AT_SYMLINK_FOLLOW = 0x400;
    static final int AT_EMPTY_PATH = 0x1000;
    static final int AT_RECURSIVE = 0x8000;

    private LibC() {}

    static Calls calls() {
        return Holder.CALLS;
    }

    static Runtime runtime() {
        return Holder.RUNTIME;
    }

    private static final class Holder {
        static final Calls CALLS = LibraryLoader.create(Calls.class).load("c");
        static final Runtime RUNTIME = Runtime.getRuntime(CALLS);

        private Holder() {}
    }

    /**
     * The functions themselves. Public only because the class that jnr-ffi makes for it lives in a loader of its own; the
     * enclosing class keeps it within the package.
     */
    public interface Calls {
        int close(int fd);

        @Variadic(fixedCount = 3)
        int openat(int dirFd, @In byte[] path, int flags, int mode);

        @ssize_t
        long read(int fd, @Out byte[] buffer, @size_t long count);

        @ssize_t
        long write(int fd, @In byte[] buffer, @size_t long count);

        /** For pointers that the caller lays out itself. */
        @Variadic(fixedCount = 2)
        int ioctl(int fd, long request, Pointer argument);
    }
}
