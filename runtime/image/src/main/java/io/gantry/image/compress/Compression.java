package io.gantry.image.compress;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.MediaTypes;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;

/** How a stream is compressed, told by its first bytes. */
public enum Compression {
    NONE,
    GZIP,
    ZSTD,
    XZ,
    BZIP2;

    /** Bytes needed to tell. */
    public static final int PREFIX = 6;

    /** What begins with these bytes; {@link #NONE} for anything that is none of the others. */
    public static Compression detect(byte[] prefix, int length) {
        if (length >= 3 && unsigned(prefix, 0) == 0x1F && unsigned(prefix, 1) == 0x8B && prefix[2] == 8) {
            return GZIP;
        }
        if (length >= 4 && isZstd(littleEndian(prefix))) {
            return ZSTD;
        }
        if (length >= 6 && unsigned(prefix, 0) == 0xFD && prefix[1] == '7' && prefix[2] == 'z' && prefix[3] == 'X') {
            return XZ;
        }
        if (length >= 3 && prefix[0] == 'B' && prefix[1] == 'Z' && prefix[2] == 'h') {
            return BZIP2;
        }
        return NONE;
    }

    /** A frame, or one of the skippable frames that zstd:chunked writes. */
    private static boolean isZstd(int magic) {
        return magic == 0xFD2FB528 || (magic & 0xFFFFFFF0) == 0x184D2A50;
    }

    private static int littleEndian(byte[] prefix) {
        return unsigned(prefix, 0)
                | (unsigned(prefix, 1) << 8)
                | (unsigned(prefix, 2) << 16)
                | (unsigned(prefix, 3) << 24);
    }

    private static int unsigned(byte[] prefix, int index) {
        return prefix[index] & 0xFF;
    }

    /** The OCI media type of a layer that is compressed like this. */
    public String layerMediaType() {
        return switch (this) {
            case NONE -> MediaTypes.OCI_LAYER;
            case GZIP -> MediaTypes.OCI_LAYER_GZIP;
            case ZSTD -> MediaTypes.OCI_LAYER_ZSTD;
            case XZ, BZIP2 -> throw new IllegalStateException("layers are not compressed with " + this);
        };
    }

    /**
     * The uncompressed content of a stream, whatever it is compressed with. Closing the result closes the stream.
     *
     * @throws ImageFormatException if it is compressed with xz or bzip2
     */
    public static InputStream decompress(InputStream in, BombGuard guard) throws IOException {
        BufferedInputStream buffered = new BufferedInputStream(in, 1 << 16);
        buffered.mark(PREFIX);
        byte[] prefix = new byte[PREFIX];
        int length = buffered.readNBytes(prefix, 0, PREFIX);
        buffered.reset();
        Compression compression = detect(prefix, length);
        return switch (compression) {
            case NONE -> guard.bound(buffered, buffered);
            case GZIP -> {
                CountingInputStream compressed = new CountingInputStream(buffered);
                yield guard.bound(new GzipInputStream(compressed), compressed);
            }
            case ZSTD -> {
                CountingInputStream compressed = new CountingInputStream(buffered);
                yield guard.bound(new ZstdStream(compressed), compressed);
            }
            case XZ, BZIP2 ->
                throw new ImageFormatException(
                        Kind.UNSUPPORTED,
                        "the content is compressed with " + (compression == XZ ? "xz" : "bzip2")
                                + ", which is not supported: decompress it first, or use gzip or zstd");
        };
    }
}
