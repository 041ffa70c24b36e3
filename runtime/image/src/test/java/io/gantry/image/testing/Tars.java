package io.gantry.image.testing;

import com.github.luben.zstd.ZstdOutputStream;
import io.gantry.image.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.GZIPOutputStream;

/** Archives of {@link TarItem}s. */
public final class Tars {
    private Tars() {}

    /** An archive with its two zero blocks. */
    public static byte[] tar(TarItem... items) {
        return concat(unended(items), new byte[1024]);
    }

    /** An archive that just stops. */
    public static byte[] unended(TarItem... items) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (TarItem item : items) {
            out.writeBytes(item.bytes());
        }
        return out.toByteArray();
    }

    public static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    public static byte[] gzip(byte[] plain) {
        return compress(plain, GZIPOutputStream::new);
    }

    public static byte[] zstd(byte[] plain) {
        return compress(plain, ZstdOutputStream::new);
    }

    private static byte[] compress(byte[] plain, Compressor compressor) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream compressed = compressor.over(out)) {
            compressed.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    public static Digest digest(byte[] content) {
        return Digest.of(content);
    }

    private interface Compressor {
        OutputStream over(OutputStream out) throws IOException;
    }
}
