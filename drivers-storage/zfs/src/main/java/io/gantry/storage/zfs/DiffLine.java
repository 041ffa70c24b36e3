package io.gantry.storage.zfs;

import io.gantry.linux.KernelString;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A line of {@code zfs diff -F -H}.
 *
 * @param change {@code +}, {@code -}, {@code M} or {@code R}
 * @param directory whether it is about a directory
 * @param path from the layer's root on, in the form of {@link KernelString}
 * @param to where it is after a rename
 */
record DiffLine(char change, boolean directory, String path, Optional<String> to) {
    /**
     * Reads all lines.
     *
     * @param output as the program writes it, in ASCII
     * @param mountPoint what it puts before each path
     * @return empty if a line tells less than what is needed: that a file got or lost a name, or what has no name
     */
    static Optional<List<DiffLine>> parse(String output, String mountPoint) {
        List<DiffLine> lines = new ArrayList<>();
        for (String text : output.split("\n")) {
            if (text.isEmpty()) {
                continue;
            }
            Optional<DiffLine> line = line(text, mountPoint);
            if (line.isEmpty()) {
                return Optional.empty();
            }
            lines.add(line.get());
        }
        return Optional.of(lines);
    }

    private static Optional<DiffLine> line(String text, String mountPoint) {
        String[] fields = text.split("\t", -1);
        boolean renamed = fields[0].equals("R");
        if (fields.length != (renamed ? 4 : 3) || fields[0].length() != 1 || "+-MR".indexOf(fields[0].charAt(0)) < 0) {
            return Optional.empty();
        }
        Optional<String> path = path(fields[2], mountPoint);
        Optional<String> to = renamed ? path(fields[3], mountPoint) : Optional.empty();
        if (path.isEmpty() || renamed && to.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new DiffLine(fields[0].charAt(0), fields[1].equals("/"), path.get(), to));
    }

    private static Optional<String> path(String field, String mountPoint) {
        String decoded = KernelString.decode(unescape(field));
        if (!decoded.startsWith(mountPoint)) {
            return Optional.empty();
        }
        String path = decoded.substring(mountPoint.length());
        if (path.isEmpty()) {
            return Optional.of("/");
        }
        return path.startsWith("/") && !path.contains("/<xattrdir>") ? Optional.of(path) : Optional.empty();
    }

    /** Every byte that is not a visible character of ASCII, and the backslash, is written as a backslash and four octal digits. */
    private static byte[] unescape(String field) {
        byte[] bytes = field.getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream plain = new ByteArrayOutputStream(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\\' && i + 4 < bytes.length) {
                plain.write(Integer.parseInt(field.substring(i + 1, i + 5), 8));
                i += 4;
            } else {
                plain.write(bytes[i]);
            }
        }
        return plain.toByteArray();
    }
}
