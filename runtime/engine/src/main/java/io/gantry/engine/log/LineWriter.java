package io.gantry.engine.log;

import io.gantry.engine.LogRequest;
import io.gantry.engine.OutputSink;
import io.gantry.engine.OutputSink.Channel;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Puts the parts of lines together and sends each line on by itself, if it is one of those asked for. A line of more than 16 KiB goes on in
 * pieces of that size, as Docker's do.
 */
final class LineWriter {
    private static final int LONGEST = 16 * 1024;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final LogRequest request;
    private final OutputSink sink;
    private final boolean timesMatter;
    private final Map<Channel, Line> lines = new EnumMap<>(Channel.class);

    LineWriter(LogRequest request, OutputSink sink) {
        this.request = request;
        this.sink = sink;
        this.timesMatter = request.timestamps()
                || request.since().isPresent()
                || request.until().isPresent();
        for (Channel channel : Channel.values()) {
            lines.put(channel, new Line(channel));
        }
    }

    /** Takes the present record; false when it is younger than what was asked for, and so is all that follows. */
    boolean write(RecordReader records) {
        Line line = lines.get(records.header().channel());
        if (!line.begun && !line.begin(records.header())) {
            return false;
        }
        line.add(records.text());
        if (records.endsLine()) {
            line.end();
        }
        return true;
    }

    /** Sends lines that have no end yet. */
    void flush() {
        lines.values().forEach(Line::flush);
    }

    private final class Line {
        private final Channel channel;
        private final boolean selected;
        private byte[] bytes = new byte[512];
        private int length;
        private int text;
        private boolean begun;
        private boolean shown;

        Line(Channel channel) {
            this.channel = channel;
            this.selected = channel == Channel.STDOUT ? request.stdout() : request.stderr();
        }

        boolean begin(RecordReader.Header header) {
            Optional<Instant> time = timesMatter ? header.instant() : Optional.empty();
            if (time.isPresent() && request.until().filter(time.get()::isAfter).isPresent()) {
                return false;
            }
            boolean tooOld = time.isPresent()
                    && request.since().filter(time.get()::isBefore).isPresent();
            shown = selected && !tooOld;
            begun = true;
            if (shown && request.timestamps() && time.isPresent()) {
                append(ByteBuffer.wrap((TIME.format(time.get()) + " ").getBytes(StandardCharsets.US_ASCII)));
            }
            return true;
        }

        void add(ByteBuffer more) {
            while (shown && more.hasRemaining()) {
                int fits = Math.min(more.remaining(), LONGEST - text);
                append(more.slice(more.position(), fits));
                more.position(more.position() + fits);
                text += fits;
                if (text == LONGEST) {
                    flush();
                }
            }
        }

        void end() {
            if (shown) {
                append(ByteBuffer.wrap(new byte[] {'\n'}));
            }
            flush();
            begun = false;
        }

        void flush() {
            if (length > 0) {
                sink.output(channel, ByteBuffer.wrap(bytes, 0, length));
            }
            length = 0;
            text = 0;
        }

        private void append(ByteBuffer more) {
            int count = more.remaining();
            if (length + count > bytes.length) {
                bytes = java.util.Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
            }
            more.get(bytes, length, count);
            length += count;
        }
    }
}
