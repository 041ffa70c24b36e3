package io.gantry.storage.overlay;

import io.gantry.linux.DirectoryEntry;
import io.gantry.linux.Fd;
import io.gantry.linux.FileContent;
import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import io.gantry.spi.storage.LayerDiff.Change;
import io.gantry.spi.storage.LayerDiff.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What one committed tree changes against another. A file that both name is the same, unread; only files that were changed, or changed and changed back, are compared. For one use. */
final class TreeChanges {
    private static final int BUFFER = 64 * 1024;

    private final List<Change> changes = new ArrayList<>();

    private TreeChanges() {}

    /** Sorted by path. */
    static List<Change> between(OpenDirectory before, OpenDirectory after) {
        TreeChanges found = new TreeChanges();
        found.directories("", before, after);
        found.changes.sort(Comparator.comparing(Change::path));
        return found.changes;
    }

    private void directories(String path, OpenDirectory before, OpenDirectory after) {
        if (!sameAttributes(before.stat(), after.stat())
                || !xattrs(Xattrs.of(before.fd())).equals(xattrs(Xattrs.of(after.fd())))) {
            add(path, Kind.MODIFIED);
        }
        Map<String, Stat> old = entries(before);
        entries(after).forEach((name, now) -> {
            Stat earlier = old.remove(name);
            if (earlier == null) {
                added(path + "/" + name, after, name, now);
            } else {
                pair(path + "/" + name, before, earlier, after, now, name);
            }
        });
        old.keySet().forEach(name -> add(path + "/" + name, Kind.DELETED));
    }

    private void pair(String path, OpenDirectory before, Stat earlier, OpenDirectory after, Stat now, String name) {
        boolean directory = now.kind() == FileKind.DIRECTORY;
        if (directory && earlier.kind() == FileKind.DIRECTORY) {
            try (OpenDirectory from = before.directory(name);
                    OpenDirectory to = after.directory(name)) {
                directories(path, from, to);
            }
        } else if (earlier.inode() != now.inode() && !same(before, earlier, after, now, name)) {
            add(path, Kind.MODIFIED);
            if (directory) {
                addedBelow(path, after, name);
            }
        }
    }

    private void added(String path, OpenDirectory parent, String name, Stat stat) {
        add(path, Kind.ADDED);
        if (stat.kind() == FileKind.DIRECTORY) {
            addedBelow(path, parent, name);
        }
    }

    private void addedBelow(String path, OpenDirectory parent, String name) {
        try (OpenDirectory directory = parent.directory(name)) {
            entries(directory).forEach((below, stat) -> added(path + "/" + below, directory, below, stat));
        }
    }

    private void add(String path, Kind kind) {
        changes.add(new Change(path.isEmpty() ? "/" : path, kind));
    }

    private static boolean same(OpenDirectory before, Stat earlier, OpenDirectory after, Stat now, String name) {
        return sameAttributes(earlier, now)
                && earlier.rdevice() == now.rdevice()
                && earlier.size() == now.size()
                && xattrs(Xattrs.of(before, name)).equals(xattrs(Xattrs.of(after, name)))
                && switch (now.kind()) {
                    case REGULAR -> sameContent(before, after, name);
                    case SYMLINK -> before.readLink(name).equals(after.readLink(name));
                    case FIFO, SOCKET, CHARACTER_DEVICE, BLOCK_DEVICE, DIRECTORY, UNKNOWN -> true;
                };
    }

    private static boolean sameAttributes(Stat one, Stat other) {
        return one.kind() == other.kind()
                && one.mode() == other.mode()
                && one.uid() == other.uid()
                && one.gid() == other.gid()
                && one.mtimeSeconds() == other.mtimeSeconds()
                && one.mtimeNanos() == other.mtimeNanos();
    }

    private static boolean sameContent(OpenDirectory before, OpenDirectory after, String name) {
        byte[] one = new byte[BUFFER];
        byte[] other = new byte[BUFFER];
        try (Fd from = before.open(name, OpenFlags.O_RDONLY, 0);
                Fd to = after.open(name, OpenFlags.O_RDONLY, 0)) {
            while (true) {
                int length = FileContent.read(from, one);
                if (length != FileContent.read(to, other) || !Arrays.equals(one, 0, length, other, 0, length)) {
                    return false;
                }
                if (length == 0) {
                    return true;
                }
            }
        }
    }

    private static Map<String, ByteBuffer> xattrs(Xattrs xattrs) {
        Map<String, ByteBuffer> found = new HashMap<>();
        for (String name : xattrs.names()) {
            if (Flattening.belongsToContent(name)) {
                xattrs.value(name).ifPresent(value -> found.put(name, ByteBuffer.wrap(value)));
            }
        }
        return found;
    }

    private static Map<String, Stat> entries(OpenDirectory directory) {
        Map<String, Stat> found = new TreeMap<>();
        for (DirectoryEntry entry : directory.list()) {
            found.put(entry.name(), Flattening.statOf(directory, entry.name()));
        }
        return found;
    }
}
