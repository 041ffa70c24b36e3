package io.gantry.storage.btrfs;

import io.gantry.linux.DirectoryEntry;
import io.gantry.linux.EntryComparison;
import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.spi.storage.LayerDiff;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** The changes from a tree to its snapshot, found by looking where something was touched. For one use. */
final class TreeChanges {
    private final EntryComparison entries;
    private final YoungInodes young;
    private final SortedMap<String, LayerDiff.Kind> found = new TreeMap<>();
    private final Set<String> compared = new HashSet<>();

    TreeChanges(EntryComparison entries, YoungInodes young) {
        this.entries = entries;
        this.young = young;
    }

    /** All that was found. */
    LayerDiff listed() {
        return new LayerDiff.Listed(found.entrySet().stream()
                .map(entry -> new LayerDiff.Change(entry.getKey(), entry.getValue()))
                .toList());
    }

    /** Compares a path that is there in both trees. Content that has no new blocks is the same. */
    void compare(String path) {
        if (compared.add(path)) {
            boolean sameContent = entries.before(path)
                    .flatMap(old -> entries.after(path)
                            .map(now -> old.inode() == now.inode()
                                    && old.blocks() == now.blocks()
                                    && !young.rewritten().contains(now.inode())))
                    .orElse(false);
            if (entries.differs(path, !sameContent)) {
                found.put(path, LayerDiff.Kind.MODIFIED);
            }
        }
    }

    /** Compares a file that was touched, if it is the file that had this path before. */
    void compareFile(String path, long inode) {
        if (entries.before(path).filter(old -> old.inode() == inode).isPresent()) {
            compare(path);
        }
    }

    /** Compares which entries a directory of both trees has. */
    void directory(String path, OpenDirectory before, OpenDirectory after) {
        compare(path);
        Map<String, DirectoryEntry> old = new HashMap<>();
        before.list().forEach(entry -> old.put(entry.name(), entry));
        for (DirectoryEntry entry : after.list()) {
            String name = below(path, entry.name());
            DirectoryEntry earlier = old.remove(entry.name());
            if (earlier == null) {
                added(name, after, entry);
            } else if (earlier.inode() != entry.inode()) {
                replaced(name, before, earlier, after, entry);
            } else if (young.files().contains(entry.inode())) {
                compare(name);
            }
        }
        old.keySet().forEach(name -> found.put(below(path, name), LayerDiff.Kind.DELETED));
    }

    static String below(String directory, String name) {
        return directory.equals("/") ? "/" + name : directory + "/" + name;
    }

    static String text(List<String> path) {
        return "/" + String.join("/", path);
    }

    private void added(String path, OpenDirectory in, DirectoryEntry entry) {
        found.put(path, LayerDiff.Kind.ADDED);
        if (entry.kind() == FileKind.DIRECTORY) {
            beneath(path, in, entry);
        }
    }

    private void beneath(String path, OpenDirectory in, DirectoryEntry entry) {
        try (OpenDirectory directory = in.directory(entry.name())) {
            directory.list().forEach(inner -> added(below(path, inner.name()), directory, inner));
        }
    }

    private void replaced(
            String path, OpenDirectory before, DirectoryEntry earlier, OpenDirectory after, DirectoryEntry entry) {
        if (entry.kind() != FileKind.DIRECTORY) {
            compare(path);
        } else if (earlier.kind() != FileKind.DIRECTORY) {
            compare(path);
            beneath(path, after, entry);
        } else {
            try (OpenDirectory from = before.directory(earlier.name());
                    OpenDirectory to = after.directory(entry.name())) {
                directory(path, from, to);
            }
        }
    }
}
