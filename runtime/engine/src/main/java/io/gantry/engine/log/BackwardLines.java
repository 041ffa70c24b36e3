package io.gantry.engine.log;

import io.gantry.engine.log.RecordReader.Header;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Reads one log file backward from a place, line by line, looking at their starts only. A last line without its newline is left out. */
final class BackwardLines {
    private static final int BLOCK = 64 * 1024;
    private static final int LONGEST_HEADER = 96;

    private final LogFile file;
    private final byte[] block = new byte[BLOCK];
    private final byte[] head = new byte[LONGEST_HEADER];
    private long blockAt;
    private int blockLength;
    private long lineEnd;
    private long lineStart;
    private long headEnd;

    BackwardLines(LogFile file, long end) throws IOException {
        this.file = file;
        this.blockAt = end;
        this.lineEnd = newlineBefore(end);
    }

    /** Goes to the line before; false when there is none. */
    boolean previous() throws IOException {
        if (lineEnd < 0) {
            return false;
        }
        long before = newlineBefore(lineEnd);
        lineStart = before + 1;
        headEnd = lineEnd;
        lineEnd = before;
        return true;
    }

    /** Where the present line begins. */
    long lineStart() {
        return lineStart;
    }

    /** The start of the present line; empty if it is no record. */
    Optional<Header> header() throws IOException {
        int length = (int) Math.min(LONGEST_HEADER, headEnd - lineStart);
        int from = (int) (lineStart - blockAt);
        if (from >= 0 && from + length <= blockLength) {
            return Header.parse(block, from, from + length);
        }
        ByteBuffer bytes = ByteBuffer.wrap(head, 0, length);
        int count = 0;
        while (bytes.hasRemaining() && count >= 0) {
            count = file.read(bytes, lineStart + bytes.position());
        }
        return Header.parse(head, 0, bytes.position());
    }

    /** The place of the last newline before a place; -1 if there is none. */
    private long newlineBefore(long place) throws IOException {
        long at = place;
        while (at > 0) {
            if (at <= blockAt) {
                load(at);
            }
            for (int i = (int) (at - blockAt) - 1; i >= 0; i--) {
                if (block[i] == '\n') {
                    return blockAt + i;
                }
            }
            at = blockAt;
        }
        return -1;
    }

    /** The block that ends at a place. */
    private void load(long until) throws IOException {
        blockLength = (int) Math.min(BLOCK, until);
        blockAt = until - blockLength;
        ByteBuffer bytes = ByteBuffer.wrap(block, 0, blockLength);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, blockAt + bytes.position()) < 0) {
                throw new IOException("the log became shorter while it was read");
            }
        }
    }
}
