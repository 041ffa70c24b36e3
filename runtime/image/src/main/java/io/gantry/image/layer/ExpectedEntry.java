package io.gantry.image.layer;

import io.gantry.image.tar.TarEntry;
import io.gantry.image.tar.TarType;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Something that a stack of layers has at one path. What is no directory never changes. */
final class ExpectedEntry {
    private static final byte[] NO_CONTENT = new byte[0];

    private final ExpectedEntry parent;
    private final Map<String, ExpectedEntry> children;
    private TarEntry header;
    private final byte[] hash;
    private int layer;
    private int touched;
    private int timeFrom;
    private boolean timeKnown;

    private ExpectedEntry(ExpectedEntry parent, TarEntry header, byte[] hash, boolean timeKnown, int layer) {
        this.parent = parent;
        this.header = header;
        this.hash = hash;
        this.timeKnown = timeKnown;
        this.layer = layer;
        this.timeFrom = timeKnown ? layer : 0;
        this.children = header.type() == TarType.DIRECTORY ? new HashMap<>() : Map.of();
    }

    static ExpectedEntry root() {
        return new ExpectedEntry(null, TarEntry.directory(""), NO_CONTENT, false, 0);
    }

    /** A directory that no layer describes. */
    ExpectedEntry implied(String name, int inLayer) {
        return put(name, new ExpectedEntry(this, TarEntry.directory(""), NO_CONTENT, false, inLayer), inLayer);
    }

    ExpectedEntry directory(String name, TarEntry described, int inLayer) {
        return put(name, new ExpectedEntry(this, lean(described), NO_CONTENT, true, inLayer), inLayer);
    }

    /** @param contentHash SHA-256 of a file's content, empty for all else */
    void other(String name, TarEntry described, byte[] contentHash, int inLayer) {
        put(name, new ExpectedEntry(null, lean(described), contentHash, true, inLayer), inLayer);
    }

    /** Another name of something that is no directory. */
    void link(String name, ExpectedEntry to, int inLayer) {
        put(name, new ExpectedEntry(null, to.header, to.hash, true, inLayer), inLayer);
    }

    private ExpectedEntry put(String name, ExpectedEntry child, int inLayer) {
        children.put(name, child);
        changed(inLayer);
        return child;
    }

    void remove(String name, int inLayer) {
        if (children.remove(name) != null) {
            changed(inLayer);
        }
    }

    /** The kernel moves a directory's time on; a layer that describes the directory sets it again in the end. */
    private void changed(int inLayer) {
        if (timeFrom != inLayer) {
            timeKnown = false;
        }
    }

    /** A layer describes a directory that is there. */
    void describe(TarEntry described, int inLayer) {
        header = lean(described);
        layer = inLayer;
        timeFrom = inLayer;
        timeKnown = true;
    }

    /** Names and link texts of headers are long; only the latter is needed. */
    private static TarEntry lean(TarEntry described) {
        return new TarEntry(
                "",
                described.type(),
                described.linkName(),
                described.mode(),
                described.uid(),
                described.gid(),
                described.type() == TarType.FILE ? described.size() : 0,
                Math.max(0, described.mtimeSeconds()),
                described.mtimeSeconds() < 0 ? 0 : described.mtimeNanos(),
                described.deviceMajor(),
                described.deviceMinor(),
                described.xattrs());
    }

    /** This layer has an entry here, and so in the directories above. */
    void touch(int inLayer) {
        for (ExpectedEntry at = this; at != null && at.touched != inLayer; at = at.parent) {
            at.touched = inLayer;
        }
    }

    boolean isTouched(int inLayer) {
        return touched == inLayer || layer == inLayer && !isDirectory();
    }

    boolean isDirectory() {
        return header.type() == TarType.DIRECTORY;
    }

    /** Overlayfs takes the device 0:0 for a deletion; elsewhere it is a device. */
    boolean isAmbiguous() {
        return header.type() == TarType.CHARACTER_DEVICE && header.deviceMajor() == 0 && header.deviceMinor() == 0;
    }

    /** The directory it is in; of the root the root. For directories only. */
    ExpectedEntry parent() {
        return parent == null ? this : parent;
    }

    ExpectedEntry child(String name) {
        return children.get(name);
    }

    Collection<String> names() {
        return children.keySet();
    }

    TarEntry header() {
        return header;
    }

    byte[] hash() {
        return hash;
    }

    boolean isTimeKnown() {
        return timeKnown;
    }

    /** The layer that it came with or was described by last, counted from 1; 0 if it was only implied. */
    int layer() {
        return layer;
    }

    /** All beneath it as well; without recursion, since directories may lie thousands deep. */
    ExpectedEntry copy() {
        ExpectedEntry copy = emptyCopy(null);
        Deque<ExpectedEntry> from = new ArrayDeque<>(List.of(this));
        Deque<ExpectedEntry> to = new ArrayDeque<>(List.of(copy));
        while (!from.isEmpty()) {
            ExpectedEntry original = from.pop();
            ExpectedEntry duplicate = to.pop();
            original.children.forEach((name, child) -> {
                ExpectedEntry other = child.isDirectory() ? child.emptyCopy(duplicate) : child;
                duplicate.children.put(name, other);
                if (child.isDirectory()) {
                    from.push(child);
                    to.push(other);
                }
            });
        }
        return copy;
    }

    private ExpectedEntry emptyCopy(ExpectedEntry newParent) {
        ExpectedEntry copy = new ExpectedEntry(newParent, header, hash, timeKnown, layer);
        copy.touched = touched;
        copy.timeFrom = timeFrom;
        return copy;
    }
}
