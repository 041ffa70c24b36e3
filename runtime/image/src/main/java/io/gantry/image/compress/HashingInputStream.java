package io.gantry.image.compress;

import io.gantry.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.Objects;

/**
 * Hashes and counts everything that is read or passed over. Reads from the stream beneath in large pieces. {@link #finish} reads it to its
 * end, so that the digest covers what stands behind the end of an archive, too. Not thread-safe.
 */
public final class HashingInputStream extends InputStream {
    private final InputStream in;
    private final MessageDigest hash = Digest.sha256();
    private final byte[] buffer = new byte[1 << 16];
    private int start;
    private int end;
    private long count;

    /** Hashes a stream from where it is. */
    public HashingInputStream(InputStream in) {
        this.in = Objects.requireNonNull(in, "in");
    }

    @Override
    public int read() throws IOException {
        return start == end && !fill() ? -1 : buffer[start++] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (start == end) {
            if (length >= buffer.length) {
                return direct(target, offset, length);
            }
            if (!fill()) {
                return -1;
            }
        }
        int available = Math.min(length, end - start);
        System.arraycopy(buffer, start, target, offset, available);
        start += available;
        return available;
    }

    @Override
    public long skip(long length) throws IOException {
        if (length <= 0 || (start == end && !fill())) {
            return 0;
        }
        int skipped = (int) Math.min(length, end - start);
        start += skipped;
        return skipped;
    }

    private int direct(byte[] target, int offset, int length) throws IOException {
        int read = in.read(target, offset, length);
        if (read > 0) {
            hash.update(target, offset, read);
            count += read;
        }
        return read;
    }

    private boolean fill() throws IOException {
        start = 0;
        end = Math.max(direct(buffer, 0, buffer.length), 0);
        return end > 0;
    }

    /** Reads to the end and gives the digest of everything. Not to be read from afterwards. */
    public Digest finish() throws IOException {
        start = end;
        while (fill()) {
            start = end;
        }
        return Digest.of(hash);
    }

    /** Bytes that came from the stream so far. */
    public long count() {
        return count;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
