package io.gantry.engine.log;

import io.gantry.engine.OutputSink.Channel;
import io.gantry.engine.log.TailScan.Place;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Goes through the records of all files of a log, from the oldest on, or from where its last lines begin. */
final class LogCursor implements AutoCloseable {
    private final Path log;
    private final Deque<LogFile> ahead;
    private final Place end;
    private Map<Channel, Place> starts = Map.of();
    private Optional<RecordReader> current = Optional.empty();
    private int index;

    private LogCursor(Path log, List<LogFile> files, Place end) {
        this.log = log;
        this.ahead = new ArrayDeque<>(files);
        this.end = end;
    }

    /** Opens what there is, and remembers where it ends now. */
    static LogCursor open(Path log) throws IOException {
        List<LogFile> files = LogFiles.open(log);
        if (files.isEmpty()) {
            return new LogCursor(log, files, new Place(0, 0));
        }
        try {
            LogFile youngest = files.get(files.size() - 1);
            return new LogCursor(log, files, new Place(files.size() - 1, youngest.size()));
        } catch (IOException e) {
            LogFiles.close(files);
            throw e;
        }
    }

    /**
     * Goes before the first record that is wanted.
     *
     * @param tail how many of the last lines are wanted; empty for all
     */
    void begin(Optional<Integer> tail) throws IOException {
        if (ahead.isEmpty()) {
            return;
        }
        if (tail.isPresent()) {
            starts = TailScan.of(List.copyOf(ahead), end, tail.get());
        }
        Place first = starts.values().stream()
                .min(Comparator.comparingInt(Place::file).thenComparingLong(Place::offset))
                .orElse(new Place(0, 0));
        while (index < first.file()) {
            ahead.remove().close();
            index++;
        }
        current = Optional.of(new RecordReader(ahead.remove(), first.offset()));
    }

    /** Goes to the next record; false when there is none yet. */
    boolean next() throws IOException {
        if (current.isEmpty()) {
            current = LogFile.open(log).map(file -> new RecordReader(file, 0));
        }
        while (current.isPresent()) {
            if (current.get().next()) {
                if (isWanted()) {
                    return true;
                }
            } else if (!goOn()) {
                return false;
            }
        }
        return false;
    }

    /** Goes to the next file if there is one and nothing more is in this one. */
    private boolean goOn() throws IOException {
        RecordReader old = record();
        Optional<LogFile> younger = ahead.isEmpty() ? LogFiles.after(log, old.file()) : Optional.of(ahead.remove());
        if (younger.isEmpty()) {
            return false;
        }
        // It is written to no more, since there is a younger one; what was written last may have been missed.
        if (!old.isAtEnd()) {
            ahead.addFirst(younger.get());
            return true;
        }
        old.file().close();
        index++;
        current = Optional.of(new RecordReader(younger.get(), 0));
        return true;
    }

    private boolean isWanted() {
        Place start = starts.get(record().header().channel());
        return start == null || !here().isBefore(start);
    }

    /** The present record. */
    RecordReader record() {
        return current.orElseThrow();
    }

    /** Whether the present record was written after this log was opened. */
    boolean isLater() {
        return !here().isBefore(end);
    }

    private Place here() {
        return new Place(index, record().recordAt());
    }

    @Override
    public void close() throws IOException {
        if (current.isPresent()) {
            record().file().close();
        }
        LogFiles.close(ahead);
    }
}
