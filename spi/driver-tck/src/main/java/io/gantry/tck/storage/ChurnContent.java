package io.gantry.tck.storage;

import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.WhiteoutDialect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a layer of a {@link LayerChurn} holds, which follows from its name: two files of its own, {@code latest}, which every layer replaces, and a file {@code gone-NAME}, which the next layer
 * deletes.
 */
final class ChurnContent {
    private static final int REPEATS = 4000;

    private ChurnContent() {}

    /** Writes where the layer is mounted. */
    static void write(Path root, String name, List<String> beneath) throws IOException {
        if (!beneath.isEmpty()) {
            Files.delete(root.resolve(goner(beneath.get(0))));
        }
        fill(root, name);
    }

    /** Writes as an archive is applied. */
    static void apply(LayerTarget target, String name, List<String> beneath) throws IOException {
        if (!beneath.isEmpty()) {
            LayerMarks.delete(target, "", goner(beneath.get(0)));
        }
        if (target.dialect() == WhiteoutDialect.DIRECT) {
            Files.deleteIfExists(target.directory().resolve("latest"));
        }
        fill(target.directory(), name);
    }

    /** Checks a layer's own content and that of the layers beneath, the nearest first. */
    static void check(Path root, String name, List<String> beneath) throws IOException {
        holds(root, "latest", name);
        holds(root, goner(name), name);
        own(root, name);
        if (!beneath.isEmpty()) {
            isGone(root, goner(beneath.get(0)));
        }
        checkBeneath(root, beneath);
    }

    /** Checks what a layer shows whose own content is not all there. */
    static void checkBeneath(Path root, List<String> beneath) throws IOException {
        for (int i = 0; i < beneath.size(); i++) {
            own(root, beneath.get(i));
            if (i > 0) {
                isGone(root, goner(beneath.get(i)));
            }
        }
    }

    private static void fill(Path root, String name) throws IOException {
        Files.writeString(root.resolve(name), text(name));
        Files.createDirectories(root.resolve("d"));
        Files.writeString(root.resolve("d").resolve(name), name);
        Files.writeString(root.resolve("latest"), name);
        Files.writeString(root.resolve(goner(name)), name);
    }

    private static void own(Path root, String name) throws IOException {
        holds(root, name, text(name));
        holds(root, "d/" + name, name);
    }

    // Not by AssertJ, whose loading would be most of what the process does.

    private static void holds(Path root, String file, String content) throws IOException {
        String found;
        try {
            found = Files.readString(root.resolve(file));
        } catch (NoSuchFileException e) {
            throw new AssertionError(file + " is not there; what is: " + names(root), e);
        }
        if (!found.equals(content)) {
            String beginning = found.length() > 40 ? found.substring(0, 40) + "..." : found;
            throw new AssertionError(file + " should hold " + content.length() + " characters, and holds "
                    + found.length() + " that begin with \"" + beginning + "\"");
        }
    }

    private static void isGone(Path root, String file) {
        if (Files.exists(root.resolve(file), LinkOption.NOFOLLOW_LINKS)) {
            throw new AssertionError(file + " was deleted, and is there");
        }
    }

    private static List<String> names(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private static String text(String name) {
        return name.repeat(REPEATS);
    }

    private static String goner(String name) {
        return "gone-" + name;
    }
}
