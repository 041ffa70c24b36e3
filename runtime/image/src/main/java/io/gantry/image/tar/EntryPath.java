package io.gantry.image.tar;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Names of entries as clean relative paths: no leading or trailing slash, no empty, {@code .} or {@code ..} parts. The root is the empty
 * path.
 */
public final class EntryPath {
    private EntryPath() {}

    /**
     * Cleans a name, an absolute one being taken relative to the root.
     *
     * @throws ImageFormatException of kind ESCAPE if it climbs above the root at any point
     */
    public static String clean(String name) throws ImageFormatException {
        int start = 0;
        int end = name.length();
        while (start < end && (name.charAt(start) == '/' || isDotSlash(name, start))) {
            start += name.charAt(start) == '/' ? 1 : 2;
        }
        while (end > start && name.charAt(end - 1) == '/') {
            end--;
        }
        return isClean(name, start, end) ? name.substring(start, end) : cleanParts(name, start, end);
    }

    private static boolean isDotSlash(String name, int at) {
        return name.startsWith("./", at);
    }

    private static boolean isClean(String name, int start, int end) {
        int partStart = start;
        for (int i = start; i <= end; i++) {
            if (i == end || name.charAt(i) == '/') {
                int length = i - partStart;
                boolean dots =
                        length <= 2 && name.startsWith(".", partStart) && (length == 1 || name.charAt(i - 1) == '.');
                if (dots || (length == 0 && end > start)) {
                    return false;
                }
                partStart = i + 1;
            }
        }
        return true;
    }

    private static String cleanParts(String name, int start, int end) throws ImageFormatException {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : name.substring(start, end).split("/", -1)) {
            if (part.equals("..")) {
                if (parts.pollLast() == null) {
                    throw escape(name);
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return String.join("/", parts);
    }

    /**
     * Where a symbolic link leads, its target taken relative to the directory it lies in.
     *
     * @param directory clean path of that directory
     * @throws ImageFormatException of kind ESCAPE if it leads above the root
     */
    public static String follow(String directory, String target) throws ImageFormatException {
        return clean(target.startsWith("/") ? target : directory + "/" + target);
    }

    /** The parent of a clean path; of a single name and of the root it is the root. */
    public static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    /** The last part of a clean path. */
    public static String last(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** The path of an entry of a directory, both clean. */
    public static String child(String directory, String name) {
        return directory.isEmpty() ? name : directory + "/" + name;
    }

    private static ImageFormatException escape(String name) {
        return new ImageFormatException(Kind.ESCAPE, "\"" + name + "\" leads outside of the archive's root");
    }
}
