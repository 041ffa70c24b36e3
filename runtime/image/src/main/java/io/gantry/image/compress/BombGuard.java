package io.gantry.image.compress;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Bounds on what a compressed stream may unfold to.
 *
 * @param maxBytes most uncompressed bytes
 * @param maxRatio most uncompressed bytes for each compressed one, looked at only beyond {@code ratioFrom} bytes
 * @param ratioFrom uncompressed bytes up to which any ratio will do
 */
public record BombGuard(long maxBytes, long maxRatio, long ratioFrom) {
    /** 1 TiB in all, and beyond 4 GiB at most 5,000 to 1: gzip ends at 1,032, zstd reaches more with zeros only. */
    public static final BombGuard DEFAULT = new BombGuard(1L << 40, 5_000, 4L << 30);

    /** Refuses limits that nothing could meet. */
    public BombGuard {
        if (maxBytes <= 0 || maxRatio <= 0 || ratioFrom < 0) {
            throw new IllegalArgumentException("limits on decompression are positive");
        }
    }

    InputStream bound(InputStream plain, InputStream compressed) {
        return new Bounded(plain, compressed);
    }

    private void check(long bytes, InputStream compressed) throws ImageFormatException {
        if (bytes > maxBytes) {
            throw new ImageFormatException(
                    Kind.LIMIT, "the content takes more than " + maxBytes + " bytes uncompressed, which is the limit");
        }
        if (bytes > ratioFrom
                && compressed instanceof CountingInputStream counted
                && bytes / maxRatio > counted.count()) {
            throw new ImageFormatException(
                    Kind.LIMIT,
                    "the content unfolds to more than " + maxRatio
                            + " times its compressed size, as a decompression bomb does");
        }
    }

    private final class Bounded extends FilterInputStream {
        private final InputStream compressed;
        private long count;

        Bounded(InputStream plain, InputStream compressed) {
            super(plain);
            this.compressed = compressed;
        }

        @Override
        public int read() throws IOException {
            int value = super.read();
            if (value >= 0) {
                check(++count, compressed);
            }
            return value;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            int read = super.read(buffer, offset, length);
            if (read > 0) {
                count += read;
                check(count, compressed);
            }
            return read;
        }

        @Override
        public long skip(long length) throws IOException {
            long skipped = super.skip(length);
            count += skipped;
            check(count, compressed);
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
