package io.gantry.image.tar;

import io.gantry.linux.KernelString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * Writes a pax archive: a plain ustar header where an entry fits one, an extended header before it where it does not. Equal entries give
 * equal bytes. {@link #close} ends the archive with two zero blocks; it does not close the stream. Not thread-safe.
 */
public final class TarWriter implements AutoCloseable {
    private static final int BLOCK = TarReader.BLOCK;
    private static final byte[] ZEROS = new byte[2 * BLOCK];

    private final OutputStream out;
    private long remaining;
    private int padding;
    private boolean closed;

    /** A writer that starts where the stream is. */
    public TarWriter(OutputStream out) {
        this.out = Objects.requireNonNull(out, "out");
    }

    /**
     * Starts an entry. For files, {@link TarEntry#size} bytes of content must follow by {@link #write} before the next call.
     *
     * @throws IllegalStateException if content of the entry before is missing
     */
    public void entry(TarEntry entry) throws IOException {
        endEntry();
        byte[] name = KernelString.encode(entry.name());
        byte[] link = KernelString.encode(entry.linkName());
        byte[] pax = paxRecords(entry, name, link);
        if (pax.length > 0) {
            byte[] paxName = Arrays.copyOf(name, Math.min(name.length, 80));
            out.write(header(prepend("PaxHeaders.0/", paxName), new byte[0], 'x', 0644, pax.length, entry, false));
            out.write(pax);
            out.write(ZEROS, 0, padding(pax.length));
        }
        long size = entry.type().hasContent() ? entry.size() : 0;
        out.write(header(name, link, entry.type().flag(), entry.mode(), size, entry, true));
        remaining = size;
        padding = padding(size);
    }

    /** A file of root's with this content, mode 0644. */
    public void file(String name, byte[] content) throws IOException {
        entry(TarEntry.file(name, content.length));
        write(content, 0, content.length);
    }

    /**
     * Writes content of the current entry.
     *
     * @throws IllegalStateException if it is more than the entry announced
     */
    public void write(byte[] buffer, int offset, int length) throws IOException {
        if (length > remaining) {
            throw new IllegalStateException("content is longer than its tar header says, by " + (length - remaining));
        }
        out.write(buffer, offset, length);
        remaining -= length;
    }

    private void endEntry() throws IOException {
        if (closed) {
            throw new IllegalStateException("the archive is ended");
        }
        if (remaining > 0) {
            throw new IllegalStateException("content is shorter than its tar header says, by " + remaining);
        }
        out.write(ZEROS, 0, padding);
        padding = 0;
    }

    /** Ends the archive; does nothing the second time. */
    @Override
    public void close() throws IOException {
        if (!closed) {
            endEntry();
            out.write(ZEROS, 0, 2 * BLOCK);
            out.flush();
            closed = true;
        }
    }

    private static byte[] paxRecords(TarEntry entry, byte[] name, byte[] link) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        if (!fitsName(name)) {
            record(records, "path", name);
        }
        if (link.length > 100 || !isAscii(link)) {
            record(records, "linkpath", link);
        }
        if (!TarNumbers.fits(entry.size(), 12)) {
            record(records, "size", text(Long.toString(entry.size())));
        }
        if (!TarNumbers.fits(entry.uid(), 8)) {
            record(records, "uid", text(Long.toString(entry.uid())));
        }
        if (!TarNumbers.fits(entry.gid(), 8)) {
            record(records, "gid", text(Long.toString(entry.gid())));
        }
        if (entry.mtimeNanos() != 0 || !TarNumbers.fits(entry.mtimeSeconds(), 12)) {
            record(records, "mtime", text(time(entry.mtimeSeconds(), entry.mtimeNanos())));
        }
        for (Map.Entry<String, byte[]> xattr : entry.xattrs().entrySet()) {
            record(records, "SCHILY.xattr." + xattr.getKey(), xattr.getValue());
        }
        return records.toByteArray();
    }

    /** Negative times with a fraction are written as the decimal number they are: -1.5 is second -2 and half. */
    private static String time(long seconds, int nanos) {
        if (nanos == 0) {
            return Long.toString(seconds);
        }
        boolean negative = seconds < 0;
        long whole = negative ? -(seconds + 1) : seconds;
        int fraction = negative ? 1_000_000_000 - nanos : nanos;
        String digits = String.format(Locale.ROOT, "%09d", fraction).replaceAll("0+$", "");
        return (negative ? "-" : "") + whole + "." + digits;
    }

    private static void record(ByteArrayOutputStream records, String key, byte[] value) {
        byte[] keyBytes = KernelString.encode(key);
        int body = keyBytes.length + value.length + 3;
        int length = body + Integer.toString(body).length();
        if (Integer.toString(length).length() > Integer.toString(body).length()) {
            length = body + Integer.toString(length).length();
        }
        records.writeBytes(text(length + " "));
        records.writeBytes(keyBytes);
        records.write('=');
        records.writeBytes(value);
        records.write('\n');
    }

    private static byte[] header(
            byte[] name, byte[] link, char type, int mode, long size, TarEntry entry, boolean own) {
        byte[] block = new byte[BLOCK];
        putName(block, name);
        System.arraycopy(link, 0, block, 157, Math.min(link.length, 100));
        TarNumbers.writeOctal(block, 100, 8, mode & 07777);
        TarNumbers.writeOctal(block, 108, 8, own && TarNumbers.fits(entry.uid(), 8) ? entry.uid() : 0);
        TarNumbers.writeOctal(block, 116, 8, own && TarNumbers.fits(entry.gid(), 8) ? entry.gid() : 0);
        TarNumbers.writeOctal(block, 124, 12, TarNumbers.fits(size, 12) ? size : 0);
        boolean plainTime = own && TarNumbers.fits(entry.mtimeSeconds(), 12);
        TarNumbers.writeOctal(block, 136, 12, plainTime ? entry.mtimeSeconds() : 0);
        block[156] = (byte) type;
        put(block, 257, "ustar\00000");
        TarNumbers.writeOctal(block, 329, 8, own ? entry.deviceMajor() : 0);
        TarNumbers.writeOctal(block, 337, 8, own ? entry.deviceMinor() : 0);
        put(block, 148, "        ");
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xFF;
        }
        TarNumbers.writeOctal(block, 148, 7, sum);
        return block;
    }

    private static void putName(byte[] block, byte[] name) {
        int split = name.length <= 100 ? -1 : split(name);
        if (split > 0) {
            System.arraycopy(name, 0, block, 345, split);
            System.arraycopy(name, split + 1, block, 0, name.length - split - 1);
        } else {
            System.arraycopy(name, 0, block, 0, Math.min(name.length, 100));
        }
    }

    private static boolean fitsName(byte[] name) {
        return isAscii(name) && (name.length <= 100 || split(name) > 0);
    }

    /** Where a name is cut so that at most 155 bytes go before and at most 100 behind; -1 if nowhere. */
    private static int split(byte[] name) {
        for (int i = Math.min(155, name.length - 2); i > 0 && name.length - i - 1 <= 100; i--) {
            if (name[i] == '/') {
                return i;
            }
        }
        return -1;
    }

    private static boolean isAscii(byte[] text) {
        for (byte b : text) {
            if (b <= 0) {
                return false;
            }
        }
        return true;
    }

    private static byte[] prepend(String prefix, byte[] rest) {
        byte[] start = text(prefix);
        byte[] whole = Arrays.copyOf(start, start.length + rest.length);
        System.arraycopy(rest, 0, whole, start.length, rest.length);
        return whole;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void put(byte[] block, int offset, String text) {
        byte[] bytes = text(text);
        System.arraycopy(bytes, 0, block, offset, bytes.length);
    }

    private static int padding(long size) {
        return (int) (-size & (BLOCK - 1));
    }
}
