package io.gantry.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** Writes a tar stream: ustar, with pax records for what does not fit. */
final class TarWriter implements Closeable {
    private static final int BLOCK = 512;

    private final OutputStream out;

    TarWriter(OutputStream out) {
        this.out = out;
    }

    /** Writes an entry; {@code content} must hold exactly its size. */
    void add(TarEntry entry, InputStream content) throws IOException {
        StringBuilder extended = new StringBuilder();
        byte[] name = bytes(entry.name());
        byte[] link = bytes(entry.link());
        if (name.length > 100 || name.length != entry.name().length()) {
            extended.append(record("path", entry.name()));
        }
        if (link.length > 100 || link.length != entry.link().length()) {
            extended.append(record("linkpath", entry.link()));
        }
        if (entry.size() >= 1L << 33) {
            extended.append(record("size", Long.toString(entry.size())));
        }
        if (entry.uid() >= 1 << 21) {
            extended.append(record("uid", Integer.toString(entry.uid())));
        }
        if (entry.gid() >= 1 << 21) {
            extended.append(record("gid", Integer.toString(entry.gid())));
        }
        if (extended.length() > 0) {
            byte[] records = bytes(extended.toString());
            out.write(head(new TarEntry("PaxHeaders/entry", 'x', 0644, 0, 0, records.length, 0, "")));
            out.write(records);
            pad(records.length);
        }
        out.write(head(entry));
        long copied = content.transferTo(out);
        if (copied != entry.size()) {
            throw new IOException(
                    entry.name() + " changed while it was read: " + copied + " bytes instead of " + entry.size());
        }
        pad(copied);
    }

    /** The two zero blocks; the stream below stays open. */
    @Override
    public void close() throws IOException {
        out.write(new byte[2 * BLOCK]);
        out.flush();
    }

    private void pad(long size) throws IOException {
        out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
    }

    private static byte[] head(TarEntry entry) {
        byte[] head = new byte[BLOCK];
        put(head, 0, 100, entry.name());
        octal(head, 100, 8, entry.mode() & 07777);
        octal(head, 108, 8, entry.uid() & (1 << 21) - 1);
        octal(head, 116, 8, entry.gid() & (1 << 21) - 1);
        octal(head, 124, 12, entry.size() & (1L << 33) - 1);
        octal(head, 136, 12, Math.max(0, entry.time()));
        head[156] = (byte) entry.type();
        put(head, 157, 100, entry.link());
        put(head, 257, 6, "ustar");
        put(head, 263, 2, "00");
        put(head, 148, 8, "        ");
        int sum = 0;
        for (byte b : head) {
            sum += b & 0xff;
        }
        put(head, 148, 8, String.format("%06o\0 ", sum));
        return head;
    }

    private static void put(byte[] head, int at, int length, String text) {
        byte[] bytes = bytes(text);
        System.arraycopy(bytes, 0, head, at, Math.min(bytes.length, length));
    }

    private static void octal(byte[] head, int at, int length, long value) {
        put(head, at, length, String.format("%0" + (length - 1) + "o", value));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** {@code "length key=value\n"}, the length counting its own digits. */
    private static String record(String key, String value) {
        int rest = bytes(key).length + bytes(value).length + 3;
        int length = rest + Integer.toString(rest).length();
        if (rest + Integer.toString(length).length() != length) {
            length++;
        }
        return length + " " + key + "=" + value + "\n";
    }
}
