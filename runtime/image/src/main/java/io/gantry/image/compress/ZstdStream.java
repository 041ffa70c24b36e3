package io.gantry.image.compress;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStream;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** zstd (RFC 8878), one or several frames, windows up to 128 MiB. */
final class ZstdStream extends FilterInputStream {
    private static final int LARGEST_WINDOW_LOG = 27;

    ZstdStream(InputStream compressed) throws IOException {
        super(new ZstdInputStream(compressed).setLongMax(LARGEST_WINDOW_LOG));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        try {
            return super.read(buffer, offset, length);
        } catch (ZstdIOException e) {
            boolean truncated = String.valueOf(e.getMessage()).startsWith("Truncated");
            throw new ImageFormatException(truncated ? Kind.TRUNCATED : Kind.CORRUPT, "zstd: " + e.getMessage(), e);
        }
    }

    @Override
    public long skip(long length) throws IOException {
        byte[] sink = new byte[(int) Math.min(length, 1 << 16)];
        int read = length <= 0 ? 0 : read(sink, 0, sink.length);
        return Math.max(read, 0);
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
