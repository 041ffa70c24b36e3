package io.gantry.cli;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Reads a tar stream (POSIX ustar and pax, GNU long names) entry by entry; see pax(1), "ustar Interchange Format". */
final class TarReader {
    private static final int BLOCK = 512;

    private final InputStream in;
    private long left;
    private long padding;

    TarReader(InputStream in) {
        this.in = in;
    }

    /** The next entry, its content readable from {@link #content}; empty at the end. */
    Optional<TarEntry> next() throws IOException {
        Map<String, String> extended = new HashMap<>();
        while (true) {
            in.skipNBytes(left + padding);
            left = 0;
            padding = 0;
            byte[] head = in.readNBytes(BLOCK);
            if (head.length < BLOCK || allZero(head)) {
                in.transferTo(java.io.OutputStream.nullOutputStream());
                return Optional.empty();
            }
            long size = number(head, 124, 12);
            char type = head[156] == 0 ? '0' : (char) head[156];
            left = size;
            padding = (BLOCK - size % BLOCK) % BLOCK;
            switch (type) {
                case 'x' -> extended.putAll(records(all()));
                case 'g' -> all();
                case 'L' -> extended.put("path", trimmed(all()));
                case 'K' -> extended.put("linkpath", trimmed(all()));
                default -> {
                    if (extended.containsKey("size")) {
                        left = Long.parseLong(extended.get("size"));
                        padding = (BLOCK - left % BLOCK) % BLOCK;
                    }
                    return Optional.of(entry(head, type, extended));
                }
            }
        }
    }

    private TarEntry entry(byte[] head, char type, Map<String, String> extended) {
        String prefix = text(head, 345, 155);
        String name = text(head, 0, 100);
        boolean ustar = text(head, 257, 5).equals("ustar") && head[262] == 0;
        String path = extended.getOrDefault("path", !ustar || prefix.isEmpty() ? name : prefix + "/" + name);
        String time = extended.get("mtime");
        return new TarEntry(
                path,
                type,
                (int) number(head, 100, 8),
                (int) id(extended.get("uid"), head, 108),
                (int) id(extended.get("gid"), head, 116),
                left,
                time == null ? number(head, 136, 12) : (long) Double.parseDouble(time),
                extended.getOrDefault("linkpath", text(head, 157, 100)));
    }

    private static long id(String extended, byte[] head, int at) {
        return extended == null ? number(head, at, 8) : Long.parseLong(extended);
    }

    /** The content of the current entry. */
    InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (left == 0) {
                    return -1;
                }
                int count = in.read(target, offset, (int) Math.min(length, left));
                if (count < 0) {
                    throw new EOFException("the archive ends in the middle of a file");
                }
                left -= count;
                return count;
            }
        };
    }

    private byte[] all() throws IOException {
        return content().readAllBytes();
    }

    private static Map<String, String> records(byte[] data) {
        Map<String, String> records = new HashMap<>();
        int at = 0;
        while (at < data.length) {
            int space = at;
            while (data[space] != ' ') {
                space++;
            }
            int length = Integer.parseInt(new String(data, at, space - at, StandardCharsets.US_ASCII));
            String record = new String(data, space + 1, length - (space - at) - 2, StandardCharsets.UTF_8);
            int equals = record.indexOf('=');
            records.put(record.substring(0, equals), record.substring(equals + 1));
            at += length;
        }
        return records;
    }

    private static String trimmed(byte[] data) {
        return text(data, 0, data.length);
    }

    private static String text(byte[] data, int at, int length) {
        int end = at;
        while (end < at + length && data[end] != 0) {
            end++;
        }
        return new String(data, at, end - at, StandardCharsets.UTF_8);
    }

    /** Octal text, or GNU's base 256 when the highest bit is set. */
    private static long number(byte[] data, int at, int length) {
        if ((data[at] & 0x80) != 0) {
            byte[] bytes = Arrays.copyOfRange(data, at, at + length);
            bytes[0] &= 0x7f;
            return new BigInteger(bytes).longValue();
        }
        String digits = text(data, at, length).trim();
        return digits.isEmpty() ? 0 : Long.parseLong(digits, 8);
    }

    private static boolean allZero(byte[] block) {
        for (byte b : block) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }
}
