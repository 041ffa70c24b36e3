package io.gantry.server.http;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;

/** A request's body as it arrives. For one thread. */
final class BodyInput extends InputStream {
    private final InputQueue queue;
    private final Runnable beforeFirst;
    private Optional<ByteBuf> current = Optional.empty();
    private volatile boolean begun;

    /** @param beforeFirst runs before the first read */
    BodyInput(InputQueue queue, Runnable beforeFirst) {
        this.queue = queue;
        this.beforeFirst = beforeFirst;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, target.length);
        if (length == 0) {
            return 0;
        }
        if (current.isEmpty()) {
            if (!begun) {
                begun = true;
                beforeFirst.run();
            }
            current = queue.take();
            if (current.isEmpty()) {
                return -1;
            }
        }
        ByteBuf buffer = current.get();
        int count = Math.min(length, buffer.readableBytes());
        buffer.readBytes(target, offset, count);
        if (!buffer.isReadable()) {
            close();
        }
        return count;
    }

    @Override
    public int available() {
        return current.map(ByteBuf::readableBytes).orElse(0);
    }

    /** Whether reading has begun. */
    boolean isBegun() {
        return begun;
    }

    /** Gives back what is held; the rest of the body is dealt with by the connection. */
    @Override
    public void close() {
        current.ifPresent(ByteBuf::release);
        current = Optional.empty();
    }
}
