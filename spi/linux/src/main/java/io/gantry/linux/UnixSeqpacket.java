package io.gantry.linux;

import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The connecting side of a {@code SOCK_SEQPACKET} Unix socket ({@code unix(7)}), as conmon's attach socket is one. Packets
 * keep their boundaries. One thread may read while another writes; {@link #close} wakes both. The path may be longer than the
 * 108 bytes of an address.
 */
public final class UnixSeqpacket implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_SEQPACKET = 5;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int SHUT_WR = 1;
    private static final int MSG_TRUNC = 0x20;
    private static final int MSG_DONTWAIT = 0x40;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int EVENT_FLAGS = 0x80000 | 0x800;

    private final String name;
    private final Fd socket;
    private final Fd waker;
    private final ReadWriteLock use = new ReentrantReadWriteLock();
    private volatile boolean closing;

    private UnixSeqpacket(String name, Fd socket, Fd waker) {
        this.name = name;
        this.socket = socket;
        this.waker = waker;
    }

    /**
     * Connects.
     *
     * @throws KernelException ENOENT if there is no such socket, ECONNREFUSED if nobody listens, EPROTOTYPE for another type
     */
    public static UnixSeqpacket connect(Path path) {
        Fd socket = Fd.owning(checked(
                LibC.calls().socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0), "socket", "AF_UNIX SOCK_SEQPACKET"));
        try {
            // The address is a link to the socket file held open: always short, whatever the path.
            try (Fd file = Fd.open(path, OpenFlags.O_PATH)) {
                byte[] address = address(file.path().toString());
                checked(LibC.calls().connect(socket.value(), address, address.length), "connect", path.toString());
            }
            return new UnixSeqpacket(path.toString(), socket, event());
        } catch (RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    /** The socket's descriptor, still owned by this object. */
    public int fd() {
        return socket.value();
    }

    /**
     * Gives the socket away, to an event loop for instance, and closes what else this object holds. Not while another thread
     * reads or writes.
     */
    public int detach() {
        int fd = socket.detach();
        close();
        return fd;
    }

    /**
     * Waits for a packet.
     *
     * @param buffer at least as large as the largest packet
     * @return its length, or -1 when the other side has finished
     * @throws ClosedChannelException if this object is or gets closed
     * @throws KernelException EMSGSIZE if the packet was larger than the buffer (it is lost), ECONNRESET
     */
    public int read(byte[] buffer) throws ClosedChannelException {
        use.readLock().lock();
        try {
            while (true) {
                await(Poll.IN);
                long length = LibC.calls().recv(socket.value(), buffer, buffer.length, MSG_TRUNC | MSG_DONTWAIT);
                if (length > buffer.length) {
                    String reason = "a packet of " + length + " bytes for a buffer of " + buffer.length;
                    throw new KernelException("recv", name, Errno.EMSGSIZE, reason);
                }
                if (length >= 0) {
                    return length == 0 ? -1 : (int) length;
                }
                retryOrThrow("recv");
            }
        } finally {
            use.readLock().unlock();
        }
    }

    /**
     * Sends one packet, waiting for room.
     *
     * @throws ClosedChannelException if this object is or gets closed
     * @throws KernelException EPIPE if the other side has gone, EMSGSIZE if the packet is larger than the send buffer
     */
    public void write(byte[] packet, int offset, int length) throws ClosedChannelException {
        byte[] content = offset == 0 ? packet : Arrays.copyOfRange(packet, offset, offset + length);
        use.readLock().lock();
        try {
            while (true) {
                await(Poll.OUT);
                if (LibC.calls().send(socket.value(), content, length, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) {
                    return;
                }
                retryOrThrow("send");
            }
        } finally {
            use.readLock().unlock();
        }
    }

    /** Tells the other side that no more packets come; reading goes on. Nothing happens once this object is closed. */
    public void shutdownWrite() {
        use.readLock().lock();
        try {
            if (closing || LibC.calls().shutdown(socket.value(), SHUT_WR) == 0) {
                return;
            }
            KernelException failure = KernelException.last("shutdown", name);
            if (!failure.is(Errno.ENOTCONN)) {
                throw failure;
            }
        } finally {
            use.readLock().unlock();
        }
    }

    /** Wakes whoever reads or writes, then closes. Idempotent. */
    @Override
    public synchronized void close() {
        closing = true;
        if (waker.isOpen()) {
            wake();
        }
        Lock alone = use.writeLock();
        alone.lock();
        try {
            socket.close();
            waker.close();
        } finally {
            alone.unlock();
        }
    }

    private void await(int events) throws ClosedChannelException {
        if (closing || Poll.await(socket.value(), events, waker.value(), -1) == 0) {
            throw new ClosedChannelException();
        }
    }

    private void wake() {
        byte[] one = new byte[Long.BYTES];
        Struct.view(one).putLong(0, 1);
        if (LibC.calls().write(waker.value(), one, one.length) < 0) {
            throw KernelException.last("write", "eventfd of " + name);
        }
    }

    private void retryOrThrow(String call) {
        KernelException failure = KernelException.last(call, name);
        if (!failure.is(Errno.EAGAIN, Errno.EINTR)) {
            throw failure;
        }
    }

    private static Fd event() {
        return Fd.owning(checked(LibC.calls().eventfd(0, EVENT_FLAGS), "eventfd", ""));
    }

    /** {@code struct sockaddr_un}: family (16 bits), path, NUL. */
    static byte[] address(String path) {
        byte[] name = KernelString.terminated(path);
        byte[] address = new byte[2 + name.length];
        Struct.view(address).putShort(0, (short) AF_UNIX);
        System.arraycopy(name, 0, address, 2, name.length);
        return address;
    }

    private static int checked(int result, String call, String object) {
        if (result < 0) {
            throw KernelException.last(call, object);
        }
        return result;
    }
}
