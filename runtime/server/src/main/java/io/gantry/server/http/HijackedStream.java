package io.gantry.server.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;

/** A connection that was taken over: raw bytes both ways. Safe for use by several threads. */
public final class HijackedStream {
    private final Channel channel;
    private final ChannelWriter writer;
    private final InputQueue input;
    private final Executor workers;
    private Optional<Receiver> receiver = Optional.empty();
    private boolean delivering;
    private boolean ended;
    private boolean gone;

    /** What the client sends, one call at a time, on worker threads. Each may block; the client is held back meanwhile. */
    public interface Receiver {
        /** Some bytes, valid during the call. */
        void data(ByteBuffer bytes) throws IOException;

        /** The client will send no more. */
        void end();

        /** The connection is gone. Called once, from any worker thread, even while {@link #data} runs. */
        void gone();
    }

    HijackedStream(Channel channel, ChannelWriter writer, InputQueue input, Executor workers) {
        this.channel = channel;
        this.writer = writer;
        this.input = input;
        this.workers = workers;
    }

    /** Names who takes what the client sends. Called once. */
    public void receive(Receiver wanted) {
        boolean late;
        synchronized (this) {
            receiver = Optional.of(wanted);
            late = gone;
        }
        if (late) {
            workers.execute(wanted::gone);
        }
        input.onChange(this::wake);
    }

    /** Sends bytes; waits while the client does not read. */
    public void send(ByteBuffer bytes) throws IOException {
        ByteBuf buffer = channel.alloc().buffer(bytes.remaining());
        buffer.writeBytes(bytes);
        writer.write(buffer, buffer.readableBytes());
    }

    /** Sends bytes as one piece; waits while the client does not read. */
    public void send(ByteBuffer first, ByteBuffer second) throws IOException {
        ByteBuf buffer = channel.alloc().buffer(first.remaining() + second.remaining());
        buffer.writeBytes(first);
        buffer.writeBytes(second);
        writer.write(buffer, buffer.readableBytes());
    }

    /** Ends the connection once everything that was sent is on its way. */
    public void close() {
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** The connection is gone. */
    void connectionLost() {
        Optional<Receiver> told;
        synchronized (this) {
            if (gone) {
                return;
            }
            gone = true;
            told = receiver;
        }
        told.ifPresent(known -> workers.execute(known::gone));
    }

    private void wake() {
        synchronized (this) {
            if (delivering || ended) {
                return;
            }
            delivering = true;
        }
        workers.execute(this::deliver);
    }

    private void deliver() {
        Receiver target;
        synchronized (this) {
            target = receiver.orElseThrow();
        }
        while (true) {
            Optional<ByteBuf> next = input.poll();
            if (next.isPresent()) {
                pass(target, next.get());
            } else if (pause()) {
                return;
            }
        }
    }

    private void pass(Receiver target, ByteBuf buffer) {
        try {
            for (ByteBuffer bytes : buffer.nioBuffers()) {
                target.data(bytes);
            }
        } catch (IOException | RuntimeException e) {
            Connection.LOG.debug("input of a taken-over connection is dropped", e);
            input.drop();
        } finally {
            buffer.release();
        }
    }

    /** Ends delivery until there is more; whether it did. */
    private boolean pause() {
        boolean atEnd;
        Receiver target;
        synchronized (this) {
            if (!input.isEmpty()) {
                return false;
            }
            delivering = false;
            atEnd = input.isExhausted() && !ended;
            ended |= atEnd;
            target = receiver.orElseThrow();
        }
        if (atEnd) {
            target.end();
        }
        return true;
    }
}
