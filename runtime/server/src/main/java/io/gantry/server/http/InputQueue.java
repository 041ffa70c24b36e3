package io.gantry.server.http;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Bytes on their way from a connection's event loop to another thread. More are asked for when few are left. */
final class InputQueue {
    /** Bytes in the queue below which the connection is read on. */
    static final int ROOM = 64 * 1024;

    private final Runnable readMore;
    private final Deque<ByteBuf> buffers = new ArrayDeque<>();
    private Runnable onChange = () -> {};
    private int queued;
    private boolean ended;
    private boolean dropped;
    private Optional<String> failure = Optional.empty();

    InputQueue(Runnable readMore) {
        this.readMore = readMore;
    }

    /** Called whenever there is something new, from the thread that brought it. */
    void onChange(Runnable listener) {
        synchronized (this) {
            onChange = listener;
        }
        listener.run();
    }

    /** Takes over the buffer. */
    void offer(ByteBuf buffer) {
        Runnable listener;
        synchronized (this) {
            if (ended || dropped || !buffer.isReadable()) {
                buffer.release();
                return;
            }
            buffers.add(buffer);
            queued += buffer.readableBytes();
            listener = onChange;
            notifyAll();
        }
        listener.run();
    }

    /** There will be no more. */
    void end() {
        finish(Optional.empty());
    }

    /** There should have been more. */
    void fail(String reason) {
        finish(Optional.of(reason));
    }

    private void finish(Optional<String> reason) {
        Runnable listener;
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            failure = reason;
            listener = onChange;
            notifyAll();
        }
        listener.run();
    }

    /** Forgets what is queued and whatever comes. */
    synchronized void drop() {
        dropped = true;
        buffers.forEach(ByteBuf::release);
        buffers.clear();
        queued = 0;
        notifyAll();
    }

    /** Whether everything has been offered. */
    synchronized boolean isEnded() {
        return ended;
    }

    /** Whether the connection should be read on. */
    synchronized boolean hasRoom() {
        return !ended && queued < ROOM;
    }

    /** Whether nothing is there now. */
    synchronized boolean isEmpty() {
        return buffers.isEmpty();
    }

    /** Whether everything has been offered and taken. */
    synchronized boolean isExhausted() {
        return dropped || (ended && buffers.isEmpty());
    }

    /** The next buffer, which the caller releases, if there is one now. */
    Optional<ByteBuf> poll() {
        ByteBuf buffer;
        boolean more;
        synchronized (this) {
            buffer = buffers.poll();
            if (buffer == null) {
                return Optional.empty();
            }
            queued -= buffer.readableBytes();
            more = hasRoom();
        }
        if (more) {
            readMore.run();
        }
        return Optional.of(buffer);
    }

    /** The next buffer, which the caller releases; waits for it. Empty at the end. */
    Optional<ByteBuf> take() throws IOException {
        while (true) {
            Optional<ByteBuf> next = poll();
            if (next.isPresent()) {
                return next;
            }
            readMoreIfRoom();
            synchronized (this) {
                if (buffers.isEmpty()) {
                    if (failure.isPresent()) {
                        throw new BodyException(failure.get());
                    }
                    if (ended || dropped) {
                        return Optional.empty();
                    }
                    await();
                }
            }
        }
    }

    private void readMoreIfRoom() {
        if (hasRoom()) {
            readMore.run();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // The loop is the caller's.
    private void await() throws IOException {
        try {
            wait();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while reading a request's body");
        }
    }
}
