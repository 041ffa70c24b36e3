package io.gantry.engine.log;

import io.gantry.engine.OutputSink.Channel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * Reads one log file forward, record by record: {@code TIME stdout|stderr F|P TEXT}, where {@code F} says that the line ends here. What is
 * no such record is passed over. A record larger than the buffer comes in pieces.
 */
final class RecordReader {
    /** Many times what conmon writes at once. */
    private static final int BUFFER = 64 * 1024;

    private final LogFile file;
    private final byte[] buffer = new byte[BUFFER];
    private long bufferAt;
    private int start;
    private int end;

    private boolean within;
    private Optional<Header> header = Optional.empty();
    private long recordAt;
    private int textStart;
    private int textEnd;
    private boolean endsLine;

    RecordReader(LogFile file, long position) {
        this.file = file;
        this.bufferAt = position;
    }

    /**
     * What stands before the text.
     *
     * @param channel who wrote it
     * @param full whether it ends a line
     * @param time as it is written
     * @param length bytes up to the text
     */
    record Header(Channel channel, boolean full, String time, int length) {
        /** Reads it from the start of a line; empty if that is no record. */
        static Optional<Header> parse(byte[] bytes, int from, int to) {
            int space = indexOf(bytes, ' ', from, Math.min(to, from + 64));
            int tag = space + 8;
            boolean shaped = space > from && tag + 1 < to && bytes[tag - 1] == ' ' && bytes[tag + 1] == ' ';
            if (!shaped || (bytes[tag] != 'F' && bytes[tag] != 'P')) {
                return Optional.empty();
            }
            String stream = new String(bytes, space + 1, 6, StandardCharsets.US_ASCII);
            if (!stream.equals("stdout") && !stream.equals("stderr")) {
                return Optional.empty();
            }
            return Optional.of(new Header(
                    stream.equals("stdout") ? Channel.STDOUT : Channel.STDERR,
                    bytes[tag] == 'F',
                    new String(bytes, from, space - from, StandardCharsets.US_ASCII),
                    tag + 2 - from));
        }

        Optional<Instant> instant() {
            try {
                return Optional.of(OffsetDateTime.parse(time).toInstant());
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        }
    }

    /** Goes to the next record or piece of one; false when the file has no more that is complete. */
    boolean next() throws IOException {
        int searched = start;
        while (true) {
            int newline = indexOf(buffer, '\n', searched, end);
            if (newline >= 0) {
                boolean found = take(newline, true);
                start = newline + 1;
                if (found) {
                    return true;
                }
                searched = start;
            } else if (end - start == BUFFER) {
                boolean found = take(end, false);
                start = end;
                if (found) {
                    return true;
                }
                searched = start;
            } else {
                searched = end - start;
                if (!fill()) {
                    return false;
                }
            }
        }
    }

    private boolean take(int until, boolean whole) {
        if (!within) {
            header = Header.parse(buffer, start, until);
            recordAt = bufferAt + start;
            textStart = start + header.map(Header::length).orElse(0);
        } else {
            textStart = start;
        }
        within = !whole;
        textEnd = until;
        endsLine = whole && header.map(Header::full).orElse(false);
        return header.isPresent();
    }

    /** Moves what is left to the front and reads on; false at the end of the file. */
    private boolean fill() throws IOException {
        System.arraycopy(buffer, start, buffer, 0, end - start);
        bufferAt += start;
        end -= start;
        start = 0;
        int count = file.read(ByteBuffer.wrap(buffer, end, BUFFER - end), bufferAt + end);
        if (count <= 0) {
            return false;
        }
        end += count;
        return true;
    }

    /** Whether everything in the file was looked at, apart from a last record that is not complete. */
    boolean isAtEnd() throws IOException {
        return bufferAt + end >= file.size();
    }

    LogFile file() {
        return file;
    }

    /** Of the present record. */
    Header header() {
        return header.orElseThrow();
    }

    /** Where in the file the present record begins. */
    long recordAt() {
        return recordAt;
    }

    /** Whether the line ends with this record. */
    boolean endsLine() {
        return endsLine;
    }

    /** The text of the present record, valid until the next one. */
    ByteBuffer text() {
        return ByteBuffer.wrap(buffer, textStart, textEnd - textStart);
    }

    static int indexOf(byte[] bytes, char wanted, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
