package io.gantry.server.api;

import io.gantry.engine.OutputSink;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;

/**
 * Sends a container's output to a client: as it is, or with Docker's eight bytes before each piece (stream, three zeros, length). Output waits
 * until the way to the client is open, and while the client does not read.
 */
final class StreamSink implements OutputSink {
    private final boolean framed;
    private Optional<Target> target = Optional.empty();
    private boolean abandoned;
    private boolean finished;

    /** The way to the client. */
    interface Target {
        void send(ByteBuffer bytes) throws IOException;

        void send(ByteBuffer header, ByteBuffer bytes) throws IOException;

        void close();
    }

    StreamSink(boolean framed) {
        this.framed = framed;
    }

    /** Opens the way. */
    void open(Target wanted) {
        boolean over;
        synchronized (this) {
            target = Optional.of(wanted);
            over = finished;
            notifyAll();
        }
        if (over) {
            wanted.close();
        }
    }

    /** There will be no way: whoever has output is told that the client left. */
    synchronized void abandon() {
        abandoned = true;
        notifyAll();
    }

    @Override
    public void output(Channel channel, ByteBuffer data) {
        try {
            Target way = await();
            if (framed) {
                way.send(header(channel, data.remaining()), data);
            } else {
                way.send(data);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the client left", e);
        }
    }

    private static ByteBuffer header(Channel channel, int length) {
        ByteBuffer header = ByteBuffer.allocate(8);
        header.put(0, (byte) (channel == Channel.STDOUT ? 1 : 2));
        header.putInt(4, length);
        return header;
    }

    private synchronized Target await() throws IOException {
        while (target.isEmpty()) {
            if (abandoned) {
                throw new ClosedChannelException();
            }
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted before the client could be answered");
            }
        }
        return target.get();
    }

    @Override
    public void closed() {
        Optional<Target> way;
        synchronized (this) {
            if (finished) {
                return;
            }
            finished = true;
            way = target;
        }
        way.ifPresent(Target::close);
    }
}
