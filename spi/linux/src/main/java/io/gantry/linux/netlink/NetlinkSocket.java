package io.gantry.linux.netlink;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.KernelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A netlink socket and its request-reply discipline: sequence numbers, acknowledgements, multi-part answers, extended
 * error texts. It belongs to the network namespace of the thread that opened it and serves every thread, one exchange
 * at a time.
 */
final class NetlinkSocket implements AutoCloseable {

    static final int ROUTE = 0;
    static final int NETFILTER = 12;

    private static final int NETLINK_CAP_ACK = 10;
    private static final int NETLINK_EXT_ACK = 11;
    private static final int NETLINK_GET_STRICT_CHK = 12;
    private static final int NLMSGERR_ATTR_MSG = 1;

    /** Replies are queued before send returns: few enough that the default receive buffer holds their acknowledgements. */
    private static final int REQUESTS_PER_SEND = 64;

    private static final int BYTES_PER_SEND = 32 * 1024;
    /** The kernel fills at most this much into one part of a long answer. */
    private static final int RECEIVE_BYTES = 64 * 1024;
    /** The kernel answers before send returns, so this only ends a wait that would never end. */
    private static final int REPLY_SECONDS = 30;

    private static final int DUMP_ATTEMPTS = 10;

    private final Fd fd;
    private final ByteBuffer received = ByteBuffer.allocateDirect(RECEIVE_BYTES).order(ByteOrder.nativeOrder());
    private int sequence;

    private NetlinkSocket(Fd fd) {
        this.fd = fd;
    }

    /** In the calling thread's network namespace. */
    static NetlinkSocket open(int protocol) {
        int number = SocketCalls.calls()
                .socket(SocketCalls.AF_NETLINK, SocketCalls.SOCK_RAW | SocketCalls.SOCK_CLOEXEC, protocol);
        if (number < 0) {
            throw KernelException.last("socket", "AF_NETLINK protocol " + protocol);
        }
        Fd fd = Fd.owning(number);
        try {
            bindToKernel(fd);
            option(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_RCVTIMEO, timeval(REPLY_SECONDS));
            setIfKnown(fd, NETLINK_CAP_ACK);
            setIfKnown(fd, NETLINK_EXT_ACK);
            if (protocol == ROUTE) {
                setIfKnown(fd, NETLINK_GET_STRICT_CHK);
            }
            return new NetlinkSocket(fd);
        } catch (RuntimeException e) {
            fd.close();
            throw e;
        }
    }

    /**
     * Sends all requests, in as few system calls as the kernel's buffers allow, and waits for every answer. The kernel
     * goes on after a request that fails.
     *
     * @return what the requests answered beyond their acknowledgement, in order
     * @throws KernelException of the first request that failed, the others suppressed in it
     */
    synchronized <T> List<T> execute(List<NetlinkRequest> requests, Function<NetlinkMessage, Optional<T>> reader) {
        List<T> answers = new ArrayList<>();
        List<KernelException> failures = new ArrayList<>();
        int from = 0;
        while (from < requests.size()) {
            int to = chunkEnd(requests, from);
            exchange(requests.subList(from, to), Rtnl.NLM_F_ACK, reader, answers, failures);
            from = to;
        }
        throwFirst(failures);
        return answers;
    }

    /**
     * Asks for a table, again if it changed meanwhile in a way that the kernel says may have hidden entries.
     *
     * @throws KernelException if the kernel refuses
     */
    synchronized <T> List<T> dump(NetlinkRequest request, Function<NetlinkMessage, Optional<T>> reader) {
        for (int attempt = 1; attempt <= DUMP_ATTEMPTS; attempt++) {
            List<T> answers = new ArrayList<>();
            List<KernelException> failures = new ArrayList<>();
            boolean consistent = exchange(List.of(request), 0, reader, answers, failures);
            throwFirst(failures);
            if (consistent) {
                return answers;
            }
        }
        throw new KernelException(
                request.call(),
                request.object(),
                Errno.EINTR,
                "the table changed during each of " + DUMP_ATTEMPTS + " readings");
    }

    @Override
    public void close() {
        fd.close();
    }

    private <T> boolean exchange(
            List<NetlinkRequest> requests,
            int extraFlags,
            Function<NetlinkMessage, Optional<T>> reader,
            List<T> answers,
            List<KernelException> failures) {
        int first = sequence + 1;
        sequence += requests.size();
        send(requests, first, extraFlags);
        boolean consistent = true;
        int open = requests.size();
        while (open > 0) {
            ByteBuffer datagram = receive(requests);
            while (datagram.remaining() >= MessageWriter.HEADER) {
                int start = datagram.position();
                int length = datagram.getInt(start);
                if (length < MessageWriter.HEADER || length > datagram.remaining()) {
                    throw new KernelException(
                            "recv", "netlink socket", Errno.EBADMSG, "a message of " + length + " bytes was cut off");
                }
                int type = Short.toUnsignedInt(datagram.getShort(start + 4));
                int flags = Short.toUnsignedInt(datagram.getShort(start + 6));
                int request = datagram.getInt(start + 8) - first;
                ByteBuffer payload = datagram.slice(start + MessageWriter.HEADER, length - MessageWriter.HEADER)
                        .order(ByteOrder.nativeOrder());
                datagram.position(Math.min(datagram.limit(), start + ((length + 3) & ~3)));
                // An answer to an earlier exchange that gave up waiting has another number.
                if (request >= 0 && request < requests.size()) {
                    consistent &= (flags & Rtnl.NLM_F_DUMP_INTR) == 0;
                    NetlinkMessage message = new NetlinkMessage(type, flags, payload);
                    if (type == Rtnl.NLMSG_ERROR || type == Rtnl.NLMSG_DONE) {
                        open--;
                        failure(requests.get(request), message).ifPresent(failures::add);
                    } else {
                        reader.apply(message).ifPresent(answers::add);
                    }
                }
            }
        }
        return consistent;
    }

    private void send(List<NetlinkRequest> requests, int first, int extraFlags) {
        int bytes =
                requests.stream().mapToInt(request -> request.message().length).sum();
        ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
        for (int i = 0; i < requests.size(); i++) {
            int start = out.position();
            out.put(requests.get(i).message());
            out.putShort(start + 6, (short) (out.getShort(start + 6) | Rtnl.NLM_F_REQUEST | extraFlags));
            out.putInt(start + 8, first + i);
        }
        while (SocketCalls.calls().send(fd.value(), out.array(), bytes, 0) < 0) {
            Errno errno = KernelException.lastErrno();
            if (errno != Errno.EINTR) {
                throw new KernelException("send", describe(requests), errno);
            }
        }
    }

    private ByteBuffer receive(List<NetlinkRequest> requests) {
        while (true) {
            received.clear();
            long length = SocketCalls.calls().recv(fd.value(), received, RECEIVE_BYTES, SocketCalls.MSG_TRUNC);
            if (length >= 0) {
                if (length > RECEIVE_BYTES) {
                    throw new KernelException("recv", describe(requests), Errno.EMSGSIZE, length + " bytes at once");
                }
                return received.limit((int) length);
            }
            Errno errno = KernelException.lastErrno();
            if (errno == Errno.EAGAIN) {
                throw new KernelException(
                        "recv", describe(requests), errno, "no answer within " + REPLY_SECONDS + " s");
            }
            if (errno != Errno.EINTR) {
                throw new KernelException("recv", describe(requests), errno);
            }
        }
    }

    private static String describe(List<NetlinkRequest> requests) {
        String first = requests.get(0).toString();
        return requests.size() == 1 ? first : first + " and " + (requests.size() - 1) + " more";
    }

    /** Both kinds of ending carry an error number, 0 for success, and may carry attributes. */
    private static Optional<KernelException> failure(NetlinkRequest request, NetlinkMessage message) {
        ByteBuffer payload = message.payload();
        int error = payload.limit() >= 4 ? -payload.getInt(0) : 0;
        if (error == 0) {
            return Optional.empty();
        }
        String text = extendedText(message);
        if (text.isEmpty() && Errno.of(error) == Errno.EPERM) {
            text = "CAP_NET_ADMIN is needed over the network namespace";
        }
        return Optional.of(new KernelException(request.call(), request.object(), Errno.of(error), text));
    }

    private static String extendedText(NetlinkMessage message) {
        if ((message.flags() & Rtnl.NLM_F_ACK_TLVS) == 0) {
            return "";
        }
        int fixed = 4;
        if (message.type() == Rtnl.NLMSG_ERROR) {
            int echoed = MessageWriter.HEADER;
            if ((message.flags() & Rtnl.NLM_F_CAPPED) == 0 && message.payload().limit() >= 8) {
                echoed = (message.payload().getInt(4) + 3) & ~3;
            }
            fixed += echoed;
        }
        return message.attributesAfter(fixed).string(NLMSGERR_ATTR_MSG).orElse("");
    }

    private static int chunkEnd(List<NetlinkRequest> requests, int from) {
        int bytes = 0;
        int end = from;
        while (end < requests.size() && end - from < REQUESTS_PER_SEND) {
            bytes += requests.get(end).message().length;
            if (bytes > BYTES_PER_SEND && end > from) {
                break;
            }
            end++;
        }
        return end;
    }

    private static void throwFirst(List<KernelException> failures) {
        if (!failures.isEmpty()) {
            KernelException first = failures.get(0);
            failures.stream().skip(1).forEach(first::addSuppressed);
            throw first;
        }
    }

    /** struct sockaddr_nl with port 0: the kernel picks ours, and we hear the kernel alone. */
    private static void bindToKernel(Fd fd) {
        byte[] address = ByteBuffer.allocate(12)
                .order(ByteOrder.nativeOrder())
                .putShort((short) SocketCalls.AF_NETLINK)
                .array();
        if (SocketCalls.calls().bind(fd.value(), address, address.length) < 0) {
            throw KernelException.last("bind", "netlink socket");
        }
        if (SocketCalls.calls().connect(fd.value(), address, address.length) < 0) {
            throw KernelException.last("connect", "netlink socket");
        }
    }

    private static void option(Fd fd, int level, int option, byte[] value) {
        if (SocketCalls.calls().setsockopt(fd.value(), level, option, value, value.length) < 0) {
            throw KernelException.last("setsockopt", "netlink socket, option " + option);
        }
    }

    /** Kernels before 4.3, 4.12 and 4.20 lack one of these each; all work without. */
    private static void setIfKnown(Fd fd, int option) {
        byte[] on =
                ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(1).array();
        try {
            option(fd, SocketCalls.SOL_NETLINK, option, on);
        } catch (KernelException e) {
            if (!e.is(Errno.ENOPROTOOPT)) {
                throw e;
            }
        }
    }

    private static byte[] timeval(int seconds) {
        return ByteBuffer.allocate(16)
                .order(ByteOrder.nativeOrder())
                .putLong(seconds)
                .putLong(0)
                .array();
    }
}
