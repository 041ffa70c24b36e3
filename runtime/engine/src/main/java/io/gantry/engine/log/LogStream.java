package io.gantry.engine.log;

import io.gantry.engine.LogRequest;
import io.gantry.engine.OutputSink;
import io.gantry.engine.OutputSink.Channel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One reading of a log, on a thread of its own: what there is, and then, if asked, what comes, until the container has ended. */
final class LogStream implements AutoCloseable, Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LogStream.class);

    private final Path log;
    private final LogCursor cursor;
    private final LogRequest request;
    private final OutputSink sink;
    private final BooleanSupplier over;
    private final Semaphore news = new Semaphore(0);
    private final LineWriter writer;
    private final Thread thread;
    private final List<Runnable> atEnd = new ArrayList<>();
    private volatile boolean closed;

    /**
     * @param over whether nothing will be written any more
     */
    LogStream(Path log, LogCursor cursor, LogRequest request, OutputSink sink, BooleanSupplier over) {
        this.log = log;
        this.cursor = cursor;
        this.request = request;
        this.sink = sink;
        this.over = over;
        this.writer = new LineWriter(request, sink);
        this.thread = new Thread(null, this, "gantry-logs", 256 * 1024);
        thread.setDaemon(true);
    }

    /** What to do when the reading has ended. To be said before the start. */
    void onEnd(Runnable step) {
        atEnd.add(step);
    }

    void start() {
        thread.start();
    }

    /** Something was written, or nothing will be any more. */
    void wake() {
        news.release();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    @Override
    public void run() {
        try {
            read();
        } catch (InterruptedException | ClosedByInterruptException e) {
            LOG.trace("the reading of {} was ended", log, e);
        } catch (IOException e) {
            LOG.warn("cannot read the log {}", log, e);
            tell("Error grabbing logs: " + e.getMessage() + "\n");
        } catch (RuntimeException e) {
            LOG.debug("the receiver of the log {} failed", log, e);
        } finally {
            atEnd.forEach(Runnable::run);
            sink.closed();
        }
    }

    private void tell(String message) {
        try {
            sink.output(Channel.STDERR, ByteBuffer.wrap(message.getBytes(StandardCharsets.UTF_8)));
        } catch (RuntimeException e) {
            LOG.debug("the receiver of the log {} failed", log, e);
        }
    }

    private void read() throws IOException, InterruptedException {
        try (cursor) {
            cursor.begin(request.tail());
            boolean more = true;
            while (more && !closed) {
                // Asked before reading: what was written until then is read in this round.
                boolean last = over.getAsBoolean();
                more = sendNew() && !last;
                if (more) {
                    news.acquire();
                    news.drainPermits();
                }
            }
            writer.flush();
        }
    }

    /** False when no more is wanted. */
    private boolean sendNew() throws IOException {
        while (!closed && cursor.next()) {
            boolean snapshotEnds = !request.follow() && cursor.isLater();
            if (snapshotEnds || !writer.write(cursor.record())) {
                return false;
            }
        }
        return request.follow();
    }
}
