package io.gantry.engine.container;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * A path that a client names, taken apart as Docker does: cleaned without regard to symbolic links, but a slash or {@code /.} at its end
 * counts, and asks for a directory.
 *
 * @param directory whose symbolic links are followed
 * @param entry a name in that directory, which is not followed; empty for the directory itself
 * @param name by which an archive has it
 */
record ContainerPath(String directory, Optional<String> entry, String name) {
    static ContainerPath of(String path) {
        String clean = clean(path);
        String last = clean.substring(clean.lastIndexOf('/') + 1);
        if (path.equals(".") || path.endsWith("/.")) {
            return new ContainerPath(clean, Optional.empty(), ".");
        }
        if (clean.equals("/")) {
            return new ContainerPath(clean, Optional.empty(), "/");
        }
        if (path.endsWith("/")) {
            return new ContainerPath(clean, Optional.empty(), last);
        }
        String directory = clean.substring(0, clean.length() - last.length());
        return new ContainerPath(directory, Optional.of(last), last);
    }

    /** Absolute, without empty parts, {@code .} and {@code ..}. */
    static String clean(String path) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : path.split("/", -1)) {
            if (part.equals("..")) {
                parts.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        return "/" + String.join("/", parts);
    }
}
