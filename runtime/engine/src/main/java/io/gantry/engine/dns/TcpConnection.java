package io.gantry.engine.dns;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection of a container. It may ask several things at once, but no more are taken while a few are open, and it is ended when idle. */
final class TcpConnection implements EventLoop.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(TcpConnection.class);
    private static final int MOST_OPEN = 4;
    private static final long IDLE_MILLIS = 8_000;

    private final SocketChannel channel;
    private final SandboxServer server;
    private final EventLoop loop;
    private final Consumer<TcpConnection> ended;
    private final Deque<ByteBuffer> output = new ArrayDeque<>();
    private ByteBuffer input = ByteBuffer.allocate(2);
    private boolean lengthKnown;
    private int open;
    private boolean active;
    private boolean closed;
    private SelectionKey key;

    TcpConnection(SocketChannel channel, SandboxServer server, EventLoop loop, Consumer<TcpConnection> ended) {
        this.channel = channel;
        this.server = server;
        this.loop = loop;
        this.ended = ended;
    }

    void begin() throws IOException {
        key = loop.register(channel, SelectionKey.OP_READ, this);
        loop.after(IDLE_MILLIS, this::checkIdle);
    }

    private void checkIdle() {
        if (closed) {
            return;
        }
        if (!active) {
            close();
            return;
        }
        active = false;
        loop.after(IDLE_MILLIS, this::checkIdle);
    }

    @Override
    public void ready(SelectionKey ignored) {
        try {
            if (key.isWritable()) {
                flush();
            }
            if (key.isReadable()) {
                read();
            }
        } catch (IOException e) {
            LOG.trace("a connection of container {} ends: {}", server.id(), e.getMessage());
            close();
        }
    }

    private void read() throws IOException {
        while (!closed && open < MOST_OPEN) {
            int count = channel.read(input);
            if (count < 0) {
                throw new EOFException("it was closed");
            }
            if (input.hasRemaining()) {
                return;
            }
            active = true;
            if (lengthKnown) {
                byte[] packet = input.array();
                await(2);
                open++;
                interest();
                server.serve(packet, true, this::answer);
            } else {
                int length = Short.toUnsignedInt(input.getShort(0));
                if (length < Request.HEADER) {
                    throw new IOException("nothing is asked in " + length + " bytes");
                }
                lengthKnown = true;
                input = ByteBuffer.allocate(length);
            }
        }
    }

    private void await(int length) {
        lengthKnown = false;
        input = ByteBuffer.allocate(length);
    }

    private void answer(byte[] answer) {
        if (closed) {
            return;
        }
        output.add(ByteBuffer.allocate(2 + answer.length)
                .putShort((short) answer.length)
                .put(answer)
                .flip());
        try {
            flush();
        } catch (IOException e) {
            LOG.trace("a connection of container {} ends: {}", server.id(), e.getMessage());
            close();
        }
    }

    private void flush() throws IOException {
        while (!output.isEmpty()) {
            channel.write(output.peek());
            if (output.peek().hasRemaining()) {
                break;
            }
            output.remove();
            open--;
            active = true;
        }
        interest();
    }

    private void interest() {
        key.interestOps((open < MOST_OPEN ? SelectionKey.OP_READ : 0) | (output.isEmpty() ? 0 : SelectionKey.OP_WRITE));
    }

    @Override
    public void broken() {
        close();
    }

    void close() {
        closed = true;
        ended.accept(this);
        try {
            channel.close();
        } catch (IOException e) {
            LOG.debug("cannot close a connection", e);
        }
    }
}
