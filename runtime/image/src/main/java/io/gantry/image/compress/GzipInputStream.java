package io.gantry.image.compress;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * gzip (RFC 1952) of one or several members. The JDK's own stream looks for a second member only while {@code available()} says more, and
 * so cuts archives that come over a socket short. Zero bytes behind the last member are padding; anything else there is an error.
 */
final class GzipInputStream extends InputStream {
    private static final int HEADER_CRC = 2;
    private static final int EXTRA = 4;
    private static final int NAME = 8;
    private static final int COMMENT = 16;

    private final InputStream in;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] input = new byte[1 << 16];
    private final byte[] one = new byte[1];
    private int start;
    private int end;
    private boolean anyMember;
    private boolean inMember;
    private boolean ended;

    /** Reads ahead; does nothing until the first read. */
    GzipInputStream(InputStream in) {
        this.in = in;
    }

    @Override
    public int read() throws IOException {
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        while (!ended) {
            if (!inMember) {
                startMember();
                continue;
            }
            int count = inflate(buffer, offset, length);
            if (count > 0) {
                crc.update(buffer, offset, count);
                return count;
            }
            if (inflater.finished()) {
                endMember();
            }
        }
        return -1;
    }

    private int inflate(byte[] buffer, int offset, int length) throws IOException {
        try {
            if (inflater.needsInput()) {
                if (start == end && !fill()) {
                    throw truncated();
                }
                inflater.setInput(input, start, end - start);
                start = end;
            }
            int count = inflater.inflate(buffer, offset, length);
            if (inflater.needsDictionary()) {
                throw corrupt("it asks for a dictionary");
            }
            return count;
        } catch (DataFormatException e) {
            throw new ImageFormatException(Kind.CORRUPT, "gzip: " + e.getMessage(), e);
        }
    }

    private void startMember() throws IOException {
        boolean first = !anyMember;
        anyMember = true;
        int magic = nextOrEnd();
        while (!first && magic == 0) {
            magic = nextOrEnd();
        }
        if (magic < 0 && !first) {
            ended = true;
            return;
        }
        if (magic != 0x1F || next() != 0x8B || next() != 8) {
            throw corrupt(first ? "invalid header" : "something else follows the compressed data");
        }
        int flags = next();
        skip(6);
        if ((flags & EXTRA) != 0) {
            skip(next() | (next() << 8));
        }
        if ((flags & NAME) != 0) {
            skipText();
        }
        if ((flags & COMMENT) != 0) {
            skipText();
        }
        if ((flags & HEADER_CRC) != 0) {
            skip(2);
        }
        inflater.reset();
        crc.reset();
        inMember = true;
    }

    private void endMember() throws IOException {
        start = end - inflater.getRemaining();
        long expectedCrc = littleEndian();
        long expectedSize = littleEndian();
        if (expectedCrc != crc.getValue()) {
            throw corrupt("invalid checksum");
        }
        if (expectedSize != (inflater.getBytesWritten() & 0xFFFFFFFFL)) {
            throw corrupt("the length does not match");
        }
        inMember = false;
    }

    private long littleEndian() throws IOException {
        return next() | ((long) next() << 8) | ((long) next() << 16) | ((long) next() << 24);
    }

    private void skip(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            next();
        }
    }

    private void skipText() throws IOException {
        while (next() != 0) {
            // up to its terminator
        }
    }

    private int next() throws IOException {
        int value = nextOrEnd();
        if (value < 0) {
            throw truncated();
        }
        return value;
    }

    private int nextOrEnd() throws IOException {
        return start == end && !fill() ? -1 : input[start++] & 0xFF;
    }

    private boolean fill() throws IOException {
        int count = in.read(input, 0, input.length);
        start = 0;
        end = Math.max(count, 0);
        return count > 0;
    }

    private static ImageFormatException truncated() {
        return new ImageFormatException(Kind.TRUNCATED, "unexpected EOF: the gzip data ends early");
    }

    private static ImageFormatException corrupt(String what) {
        return new ImageFormatException(Kind.CORRUPT, "gzip: " + what);
    }

    @Override
    public void close() throws IOException {
        ended = true;
        inflater.end();
        in.close();
    }
}
