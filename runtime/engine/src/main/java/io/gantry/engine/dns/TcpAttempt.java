package io.gantry.engine.dns;

import io.gantry.engine.dns.Request.Query;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server that is asked by TCP. */
final class TcpAttempt implements Forward.Attempt, EventLoop.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(TcpAttempt.class);

    private final Upstream server;
    private final Query query;
    private final int number;
    private final EventLoop loop;
    private final Forward forward;
    private final ByteBuffer output;
    private ByteBuffer input = ByteBuffer.allocate(2);
    private boolean lengthKnown;
    private SocketChannel channel;
    private boolean closed;

    TcpAttempt(Upstream server, Query query, int number, EventLoop loop, Forward forward) {
        this.server = server;
        this.query = query;
        this.number = number;
        this.loop = loop;
        this.forward = forward;
        byte[] packet = query.packet();
        this.output = ByteBuffer.allocate(2 + packet.length)
                .putShort((short) packet.length)
                .put(packet)
                .putShort(2, (short) number)
                .flip();
    }

    /** The socket is there, and connected or about to be. */
    void opened(SocketChannel socket) {
        channel = socket;
        if (closed) {
            close();
            return;
        }
        try {
            loop.register(socket, socket.isConnected() ? SelectionKey.OP_WRITE : SelectionKey.OP_CONNECT, this);
        } catch (IOException e) {
            failed(e);
        }
    }

    @Override
    public void ready(SelectionKey key) {
        try {
            if (key.isConnectable() && channel.finishConnect()) {
                key.interestOps(SelectionKey.OP_WRITE);
            }
            if (key.isWritable()) {
                channel.write(output);
                if (!output.hasRemaining()) {
                    key.interestOps(SelectionKey.OP_READ);
                }
            }
            if (key.isReadable()) {
                read();
            }
        } catch (IOException e) {
            failed(e);
        }
    }

    private void read() throws IOException {
        if (channel.read(input) < 0) {
            throw new EOFException("it closed the connection");
        }
        if (input.hasRemaining()) {
            return;
        }
        if (!lengthKnown) {
            lengthKnown = true;
            input = ByteBuffer.allocate(Short.toUnsignedInt(input.getShort(0)));
        } else if (Forward.isAnswer(input.array(), query, number)) {
            forward.answered(this, input.array());
        } else {
            throw new IOException("it sent something else than the answer");
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
