package io.gantry.tck.storage;

import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import io.gantry.spi.storage.LayerDiff;
import io.gantry.spi.storage.LayerDiff.Change;
import io.gantry.spi.storage.LayerDiff.Kind;
import io.gantry.spi.storage.WhiteoutDialect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The changes from one tree to another as {@link LayerDiff.Listed} names them, found by looking at every entry of both. */
final class TreeComparison {
    private static final String OPAQUE = ".wh..wh..opq";

    private final List<Change> changes = new ArrayList<>();

    private TreeComparison() {}

    /** Compares two whole trees. */
    static List<Change> of(Path before, Path after) throws IOException {
        TreeComparison comparison = new TreeComparison();
        comparison.pair("/", before, after);
        return comparison.sorted();
    }

    /** Reads a directory of changes; what it repeats unchanged is no change. */
    static List<Change> of(Path before, LayerDiff.Kept kept) throws IOException {
        TreeComparison comparison = new TreeComparison();
        comparison.kept("/", Optional.of(before), kept.directory(), kept.dialect());
        return comparison.sorted();
    }

    private List<Change> sorted() {
        return changes.stream().sorted(Comparator.comparing(Change::path)).toList();
    }

    private void pair(String name, Path before, Path after) throws IOException {
        if (!description(before).equals(description(after))) {
            changes.add(new Change(name, Kind.MODIFIED));
        }
        Map<String, Path> old = isDirectory(before) ? entries(before) : Map.of();
        Map<String, Path> now = isDirectory(after) ? entries(after) : Map.of();
        for (Map.Entry<String, Path> entry : now.entrySet()) {
            Path earlier = old.get(entry.getKey());
            if (earlier == null) {
                added(below(name, entry.getKey()), entry.getValue());
            } else {
                pair(below(name, entry.getKey()), earlier, entry.getValue());
            }
        }
        // What was in a directory that is none any more is gone with it.
        if (isDirectory(after)) {
            for (String entry : old.keySet()) {
                if (!now.containsKey(entry)) {
                    changes.add(new Change(below(name, entry), Kind.DELETED));
                }
            }
        }
    }

    private void kept(String name, Optional<Path> before, Path kept, WhiteoutDialect dialect) throws IOException {
        if (before.isEmpty()) {
            changes.add(new Change(name, Kind.ADDED));
        } else if (!description(before.get()).equals(description(kept))) {
            changes.add(new Change(name, Kind.MODIFIED));
        }
        if (!isDirectory(kept)) {
            return;
        }
        Map<String, Path> old =
                before.isPresent() && isDirectory(before.get()) ? entries(before.get()) : new HashMap<>();
        boolean opaque = isOpaque(kept, dialect);
        Map<String, Path> marked = entries(kept);
        for (Map.Entry<String, Path> entry : marked.entrySet()) {
            Optional<String> gone = deletedBy(entry.getKey(), entry.getValue(), dialect);
            if (gone.isPresent()) {
                if (old.containsKey(gone.get())) {
                    changes.add(new Change(below(name, gone.get()), Kind.DELETED));
                }
            } else if (!entry.getKey().equals(OPAQUE) || dialect != WhiteoutDialect.AUFS) {
                kept(
                        below(name, entry.getKey()),
                        Optional.ofNullable(old.get(entry.getKey())),
                        entry.getValue(),
                        dialect);
            }
        }
        if (opaque) {
            for (String entry : old.keySet()) {
                if (!marked.containsKey(entry)) {
                    changes.add(new Change(below(name, entry), Kind.DELETED));
                }
            }
        }
    }

    private void added(String name, Path path) throws IOException {
        changes.add(new Change(name, Kind.ADDED));
        if (isDirectory(path)) {
            for (Map.Entry<String, Path> entry : entries(path).entrySet()) {
                added(below(name, entry.getKey()), entry.getValue());
            }
        }
    }

    private static Optional<String> deletedBy(String name, Path path, WhiteoutDialect dialect) {
        if (dialect == WhiteoutDialect.AUFS) {
            return name.startsWith(".wh.") && !name.startsWith(".wh..wh.")
                    ? Optional.of(name.substring(".wh.".length()))
                    : Optional.empty();
        }
        return Stat.of(path)
                .filter(stat -> stat.kind() == FileKind.CHARACTER_DEVICE && stat.rdevice() == 0)
                .map(stat -> name);
    }

    private static boolean isOpaque(Path directory, WhiteoutDialect dialect) {
        return switch (dialect) {
            case AUFS -> Files.exists(directory.resolve(OPAQUE));
            case OVERLAY -> isYes(directory, "trusted.overlay.opaque");
            case OVERLAY_USERXATTR -> isYes(directory, "user.overlay.opaque");
            case DIRECT -> false;
        };
    }

    private static boolean isYes(Path directory, String attribute) {
        return Xattrs.of(directory)
                .value(attribute)
                .filter(value -> value.length == 1 && value[0] == 'y')
                .isPresent();
    }

    /** All that counts as a difference; of a directory its size does not. */
    private static String description(Path path) throws IOException {
        Stat stat = Stat.of(path).orElseThrow();
        StringBuilder text = new StringBuilder()
                .append(stat.kind())
                .append(' ')
                .append(stat.mode())
                .append(' ')
                .append(stat.uid())
                .append(':')
                .append(stat.gid())
                .append(' ')
                .append(stat.mtimeSeconds())
                .append('.')
                .append(stat.mtimeNanos());
        switch (stat.kind()) {
            case REGULAR ->
                text.append(' ').append(stat.size()).append(' ').append(Arrays.hashCode(Files.readAllBytes(path)));
            case SYMLINK -> text.append(' ').append(Files.readSymbolicLink(path));
            case CHARACTER_DEVICE, BLOCK_DEVICE -> text.append(' ').append(stat.rdevice());
            default -> {}
        }
        for (String name : Xattrs.of(path).names().stream().sorted().toList()) {
            if (!name.startsWith("trusted.overlay.") && !name.startsWith("user.overlay.")) {
                text.append(' ')
                        .append(name)
                        .append('=')
                        .append(Arrays.toString(Xattrs.of(path).value(name).orElse(new byte[0])));
            }
        }
        return text.toString();
    }

    private static boolean isDirectory(Path path) {
        return Stat.of(path).orElseThrow().kind() == FileKind.DIRECTORY;
    }

    private static Map<String, Path> entries(Path directory) {
        Map<String, Path> found = new HashMap<>();
        try (OpenDirectory open = OpenDirectory.open(directory)) {
            open.list().forEach(entry -> found.put(entry.name(), directory.resolve(entry.name())));
        }
        return found;
    }

    private static String below(String directory, String name) {
        return directory.equals("/") ? "/" + name : directory + "/" + name;
    }
}
