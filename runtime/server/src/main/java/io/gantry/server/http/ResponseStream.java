package io.gantry.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.LastHttpContent;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * The body of an answer, sent piece by piece as it is written. Writing waits while the client does not read, and fails once it has left. Safe
 * for use by several threads.
 */
public final class ResponseStream extends OutputStream {
    private final Channel channel;
    private final ChannelWriter writer;
    private final Runnable finished;
    private boolean closed;

    ResponseStream(Channel channel, ChannelWriter writer, Runnable finished) {
        this.channel = channel;
        this.writer = writer;
        this.finished = finished;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        if (length > 0) {
            requireOpen();
            writer.write(new DefaultHttpContent(copy(ByteBuffer.wrap(bytes, offset, length))), length);
        }
    }

    /** Writes several pieces as one. */
    public void write(ByteBuffer first, ByteBuffer second) throws IOException {
        requireOpen();
        int length = first.remaining() + second.remaining();
        writer.write(new DefaultHttpContent(copy(first, second)), length);
    }

    /** Writes if the client keeps up, and tells whether it does. Never waits. */
    public boolean offer(byte[] bytes) {
        synchronized (this) {
            if (closed) {
                return false;
            }
        }
        return writer.offer(new DefaultHttpContent(copy(ByteBuffer.wrap(bytes))), bytes.length);
    }

    private synchronized void requireOpen() throws IOException {
        if (closed) {
            throw new IOException("the answer is complete");
        }
    }

    private ByteBuf copy(ByteBuffer... pieces) {
        int length = 0;
        for (ByteBuffer piece : pieces) {
            length += piece.remaining();
        }
        ByteBuf buffer = channel.alloc().buffer(length);
        for (ByteBuffer piece : pieces) {
            buffer.writeBytes(piece);
        }
        return buffer;
    }

    /** The answer is complete. Idempotent. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        channel.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT).addListener(done -> finished.run());
    }
}
