package io.gantry.server.http;

import io.netty.channel.Channel;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes to a channel from threads that may block, and holds them back while too much waits for the client to read it. */
final class ChannelWriter {
    /** Bytes that may be under way before writers wait. */
    static final int BOUND = 256 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(ChannelWriter.class);

    private final Channel channel;
    private long underWay;
    private boolean closed;

    ChannelWriter(Channel channel) {
        this.channel = channel;
        channel.closeFuture().addListener(done -> close());
    }

    /** Writes, after waiting for room. Takes over the message. Not for the event loop. */
    void write(Object message, int bytes) throws IOException {
        boolean open = false;
        try {
            open = claim(bytes);
        } finally {
            if (!open) {
                ReferenceCountUtil.release(message);
            }
        }
        if (!open) {
            throw new ClosedChannelException();
        }
        send(message, bytes);
    }

    /** Writes if there is room, and tells whether there was. Takes over the message. Never waits. */
    boolean offer(Object message, int bytes) {
        synchronized (this) {
            if (closed || underWay >= BOUND) {
                ReferenceCountUtil.release(message);
                return false;
            }
            underWay += bytes;
        }
        send(message, bytes);
        return true;
    }

    private synchronized boolean claim(int bytes) throws IOException {
        while (underWay >= BOUND && !closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while the client did not read");
            }
        }
        underWay += bytes;
        return !closed;
    }

    private void send(Object message, int bytes) {
        channel.writeAndFlush(message).addListener(done -> {
            written(bytes);
            if (!done.isSuccess()) {
                // what is lost must not go unnoticed among what follows
                LOG.debug("bytes for a client are lost", done.cause());
                Connection.end(channel);
            }
        });
    }

    private synchronized void written(int bytes) {
        underWay -= bytes;
        notifyAll();
    }

    private synchronized void close() {
        closed = true;
        notifyAll();
    }
}
