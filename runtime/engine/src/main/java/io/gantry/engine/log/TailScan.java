package io.gantry.engine.log;

import io.gantry.engine.OutputSink.Channel;
import io.gantry.engine.log.RecordReader.Header;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds where the last lines of a log begin, reading backward no further than it takes. Lines of both channels count, as with Docker. Since
 * parts of lines of the two channels may be mixed, each channel has a start of its own.
 */
final class TailScan {
    /** How far apart the parts of one line may be; of one that is wider spread, the first parts are not shown. */
    private static final long WIDEST_LINE = 1 << 20;

    private final List<LogFile> files;
    private final int wanted;
    private final Map<Channel, Found> found = new EnumMap<>(Channel.class);
    private int lines;
    private long passed;

    /** What is known of a channel: where its first wanted line begins, and whether that is certain. */
    private static final class Found {
        private Optional<Place> start = Optional.empty();
        private boolean certain;
    }

    /**
     * A place in a log.
     *
     * @param file index among its files
     * @param offset in that file
     */
    record Place(int file, long offset) {
        boolean isBefore(Place other) {
            return file < other.file || (file == other.file && offset < other.offset);
        }
    }

    private TailScan(List<LogFile> files, int wanted) {
        this.files = files;
        this.wanted = wanted;
        for (Channel channel : Channel.values()) {
            found.put(channel, new Found());
        }
    }

    /**
     * The starts of the last lines.
     *
     * @param files the oldest first; at least one
     * @param end where the log ends
     * @param wanted how many lines
     */
    static Map<Channel, Place> of(List<LogFile> files, Place end, int wanted) throws IOException {
        return new TailScan(files, wanted).run(end);
    }

    private Map<Channel, Place> run(Place end) throws IOException {
        int last = end.file();
        for (int i = last; i >= 0 && !isDone(); i--) {
            scan(i, i == last ? end.offset() : files.get(i).size());
        }
        Map<Channel, Place> starts = new EnumMap<>(Channel.class);
        found.forEach((channel, what) -> starts.put(channel, what.start.orElse(end)));
        return starts;
    }

    private void scan(int index, long end) throws IOException {
        BackwardLines backward = new BackwardLines(files.get(index), end);
        long before = Long.MAX_VALUE;
        while (!isDone() && backward.previous()) {
            Optional<Header> header = backward.header();
            header.ifPresent(known -> meet(known, new Place(index, backward.lineStart())));
            if (lines == wanted && before != Long.MAX_VALUE) {
                passed += before - backward.lineStart();
            }
            before = backward.lineStart();
        }
    }

    private void meet(Header header, Place place) {
        Found channel = found.get(header.channel());
        boolean beginsAnother = header.full() || channel.start.isEmpty();
        if (channel.certain) {
            return;
        }
        if (beginsAnother && lines == wanted) {
            channel.certain = true;
            return;
        }
        if (beginsAnother) {
            lines++;
        }
        channel.start = Optional.of(place);
    }

    private boolean isDone() {
        if (lines < wanted) {
            return false;
        }
        boolean settled = found.values().stream().allMatch(channel -> channel.certain || channel.start.isEmpty());
        return settled || passed > WIDEST_LINE;
    }
}
