package io.gantry.linux.netlink;

import java.nio.ByteBuffer;
import jnr.ffi.LibraryLoader;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.types.size_t;
import jnr.ffi.types.ssize_t;

/** The C library's socket functions, bound once on first use. */
final class SocketCalls {

    static final int AF_NETLINK = 16;
    static final int SOCK_RAW = 3;
    static final int SOCK_CLOEXEC = 0x80000;
    static final int SOL_SOCKET = 1;
    static final int SO_RCVTIMEO = 20;
    static final int SOL_NETLINK = 270;
    static final int MSG_TRUNC = 0x20;

    private SocketCalls() {}

    static Calls calls() {
        return Holder.CALLS;
    }

    private static final class Holder {
        static final Calls CALLS = LibraryLoader.create(Calls.class).load("c");

        private Holder() {}
    }

    /** Public only because the class that jnr-ffi makes for it lives in a loader of its own. */
    public interface Calls {
        int socket(int domain, int type, int protocol);

        int bind(int fd, @In byte[] address, int length);

        int connect(int fd, @In byte[] address, int length);

        int setsockopt(int fd, int level, int option, @In byte[] value, int length);

        @ssize_t
        long send(int fd, @In byte[] buffer, @size_t long length, int flags);

        /** The buffer is to be a direct one, so that nothing is copied. */
        @ssize_t
        long recv(int fd, @Out ByteBuffer buffer, @size_t long length, int flags);
    }
}
