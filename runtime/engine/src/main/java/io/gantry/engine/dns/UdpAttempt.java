package io.gantry.engine.dns;

import io.gantry.engine.dns.Request.Query;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server that is asked by UDP, from a socket and with a number that nobody can guess. */
final class UdpAttempt implements Forward.Attempt, EventLoop.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(UdpAttempt.class);
    private static final int MOST_STRAYS = 64;

    private final Upstream server;
    private final Query query;
    private final int number;
    private final EventLoop loop;
    private final ByteBuffer buffer;
    private final Forward forward;
    private DatagramChannel channel;
    private boolean closed;
    private int strays;

    UdpAttempt(Upstream server, Query query, int number, EventLoop loop, ByteBuffer buffer, Forward forward) {
        this.server = server;
        this.query = query;
        this.number = number;
        this.loop = loop;
        this.buffer = buffer;
        this.forward = forward;
    }

    /** The socket is there. */
    void opened(DatagramChannel socket) {
        channel = socket;
        if (closed) {
            close();
            return;
        }
        try {
            ByteBuffer packet = ByteBuffer.wrap(Arrays.copyOf(query.packet(), query.packet().length));
            packet.putShort(0, (short) number);
            socket.write(packet);
            loop.register(socket, SelectionKey.OP_READ, this);
        } catch (IOException e) {
            failed(e);
        }
    }

    @Override
    public void ready(SelectionKey key) {
        try {
            buffer.clear();
            if (channel.read(buffer) <= 0) {
                return;
            }
            byte[] packet = new byte[buffer.flip().remaining()];
            buffer.get(packet);
            if (Forward.isAnswer(packet, query, number)) {
                forward.answered(this, packet);
            } else if (++strays > MOST_STRAYS) {
                forward.failed(this);
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    @Override
    public void broken() {
        forward.failed(this);
    }

    @Override
    public Upstream server() {
        return server;
    }

    @Override
    public void close() {
        closed = true;
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("cannot close a socket", e);
            }
        }
    }

    private void failed(IOException reason) {
        LOG.debug("cannot ask name server {}: {}", server, reason.getMessage());
        forward.failed(this);
    }
}
