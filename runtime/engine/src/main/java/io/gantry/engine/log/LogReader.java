package io.gantry.engine.log;

import io.gantry.engine.EngineException;
import io.gantry.engine.LogRequest;
import io.gantry.engine.OutputSink;
import io.gantry.engine.shim.DirectoryWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/** Shows what containers wrote. Each reading takes a thread and little memory, however large the log. Thread-safe. */
public final class LogReader {
    private final DirectoryWatch watches;

    /** Learns of new output from these watches. */
    public LogReader(DirectoryWatch watches) {
        this.watches = watches;
    }

    /**
     * Begins to send a log to a sink, from another thread. A sink that blocks holds nobody back but this reading. Lines keep their order; each comes whole in one call, or in pieces of 16 KiB.
     *
     * @param log the file; one that is not there yet is an empty log
     * @param end completed when the container has ended; then what is left is sent, and the sink is closed; cancelled if the reading ends sooner
     * @return closing it ends the reading, and then closes the sink
     */
    public AutoCloseable open(Path log, LogRequest request, OutputSink sink, CompletableFuture<?> end) {
        BooleanSupplier over = () -> !request.follow() || end.isDone();
        LogStream stream = new LogStream(log, cursor(log), request, sink, over);
        if (request.follow() && Files.isDirectory(log.toAbsolutePath().getParent())) {
            DirectoryWatch.Listener listener =
                    watches.watch(log.toAbsolutePath().getParent(), name -> stream.wake());
            stream.onEnd(listener::close);
            stream.onEnd(() -> end.cancel(false));
            var unused = end.whenComplete((value, error) -> stream.wake());
        }
        stream.start();
        return stream;
    }

    /** Sends what is in a log now, on this thread, and leaves the sink open. The request does not follow. */
    public static void send(Path log, LogRequest request, OutputSink sink) {
        LineWriter writer = new LineWriter(request, sink);
        try (LogCursor cursor = cursor(log)) {
            cursor.begin(request.tail());
            boolean more = true;
            while (more && cursor.next()) {
                more = !cursor.isLater() && writer.write(cursor.record());
            }
        } catch (IOException e) {
            throw unreadable(log, e);
        }
        writer.flush();
    }

    private static EngineException unreadable(Path log, IOException e) {
        return new EngineException(
                EngineException.Kind.SYSTEM, "cannot read the log " + log + ": " + e.getMessage(), e);
    }

    private static LogCursor cursor(Path log) {
        try {
            return LogCursor.open(log);
        } catch (IOException e) {
            throw unreadable(log, e);
        }
    }
}
