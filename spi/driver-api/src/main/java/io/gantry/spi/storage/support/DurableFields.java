package io.gantry.spi.storage.support;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;

/**
 * Small files of named values that are replaced whole: after a kill or a power cut there is the old one or the new one. They are text, for people to read:
 *
 * <pre>
 *   HEADER
 *   KEY=VALUE                     any number, sorted
 *   crc32=…                       of all bytes before this line
 * </pre>
 *
 * In keys and values {@code %}, {@code =}, line feed and carriage return are written {@code %XX}.
 */
public final class DurableFields {
    /** How files begin whose writing was interrupted; they may be deleted. */
    static final String UNFINISHED = ".new-";

    private static final String CHECKSUM = "crc32=";

    private DurableFields() {}

    /** A file that cannot be what was written, and why. */
    public static final class DamagedException extends IOException {
        private static final long serialVersionUID = 1;

        /** Says what is wrong with it. */
        public DamagedException(String why) {
            super(why);
        }
    }

    /** Writes or replaces a file; it is on disk when this returns, its name included. */
    public static void write(Path file, String header, Map<String, String> fields) throws IOException {
        Path unfinished = file.resolveSibling(UNFINISHED + file.getFileName());
        try {
            try (FileChannel channel = FileChannel.open(
                    unfinished,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(encode(header, fields));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            force(file.toAbsolutePath().getParent());
        } catch (IOException e) {
            deleteAfter(unfinished, e);
            throw e;
        }
    }

    /**
     * Reads a file.
     *
     * @throws DamagedException if it is cut off, altered or of another kind
     */
    public static Map<String, String> read(Path file, String header) throws IOException {
        return decode(header, Files.readAllBytes(file));
    }

    /** Puts a directory's entries on disk: names that were made, renamed or removed in it. */
    public static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** Those fields whose keys begin so, without that beginning. */
    public static Map<String, String> startingWith(String prefix, Map<String, String> fields) {
        Map<String, String> found = new HashMap<>();
        fields.forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                found.put(key.substring(prefix.length()), value);
            }
        });
        return found;
    }

    private static byte[] encode(String header, Map<String, String> fields) {
        StringBuilder text = new StringBuilder(256).append(header).append('\n');
        new TreeMap<>(fields)
                .forEach((key, value) -> text.append(escape(key))
                        .append('=')
                        .append(escape(value))
                        .append('\n'));
        String body = text.toString();
        return (body + CHECKSUM + checksum(body) + '\n').getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> decode(String header, byte[] bytes) throws DamagedException {
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.lastIndexOf(CHECKSUM);
        if (!text.startsWith(header + "\n") || end < 0) {
            throw new DamagedException(
                    text.isEmpty() ? "it is empty" : "it is cut off, or is no \"" + header + "\" file");
        }
        if (!text.substring(end).equals(CHECKSUM + checksum(text.substring(0, end)) + "\n")) {
            throw new DamagedException("its checksum does not fit");
        }
        Map<String, String> fields = new HashMap<>();
        for (String line : text.substring(header.length() + 1, end).lines().toList()) {
            int equals = line.indexOf('=');
            if (equals < 0) {
                throw new DamagedException("a line has no '=': " + line);
            }
            fields.put(unescape(line.substring(0, equals)), unescape(line.substring(equals + 1)));
        }
        return fields;
    }

    private static String escape(String value) {
        return value.replace("%", "%25")
                .replace("=", "%3D")
                .replace("\n", "%0A")
                .replace("\r", "%0D");
    }

    private static String unescape(String value) throws DamagedException {
        StringBuilder text = new StringBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) != '%') {
                text.append(value.charAt(i));
            } else if (i + 2 < value.length()) {
                text.append((char) hex(value.substring(i + 1, i + 3)));
                i += 2;
            } else {
                throw new DamagedException("a value ends within an escape: " + value);
            }
        }
        return text.toString();
    }

    private static int hex(String digits) throws DamagedException {
        try {
            return Integer.parseInt(digits, 16);
        } catch (NumberFormatException e) {
            throw new DamagedException("not an escape: %" + digits);
        }
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }

    private static void deleteAfter(Path unfinished, IOException failure) {
        try {
            Files.deleteIfExists(unfinished);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }
}
