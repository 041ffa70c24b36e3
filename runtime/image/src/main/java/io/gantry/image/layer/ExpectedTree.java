package io.gantry.image.layer;

import io.gantry.image.Digest;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.compress.HashingInputStream;
import io.gantry.image.tar.EntryPath;
import io.gantry.image.tar.TarEntry;
import io.gantry.image.tar.TarReader;
import io.gantry.image.tar.TarType;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * What a stack of layer archives looks like once it is unpacked: the rules of {@link LayerApplier}, followed in memory, so that what a storage driver shows can be compared with it. Holds about
 * 300 bytes for each entry. Not thread-safe.
 */
public final class ExpectedTree {
    private static final int MOST_LINKS = 40;
    private static final byte[] NO_CONTENT = new byte[0];

    private final ExpectedEntry root;
    private final byte[] buffer = new byte[1 << 16];
    private int layer;

    private ExpectedTree(ExpectedEntry root, int layer) {
        this.root = root;
        this.layer = layer;
    }

    /** The empty directory beneath all layers. */
    public static ExpectedTree empty() {
        return new ExpectedTree(ExpectedEntry.root(), 0);
    }

    /** The same, to go on with in another way. */
    public ExpectedTree copy() {
        return new ExpectedTree(root.copy(), layer);
    }

    /**
     * Puts a layer on top, reading its archive to the end. After a failure the tree is of no use any more.
     *
     * @param tar not compressed; stays open
     * @return the layer's diff id
     * @throws ImageFormatException if the archive is damaged or cannot be a layer here
     */
    public Digest add(InputStream tar) throws IOException {
        layer++;
        HashingInputStream hashed = new HashingInputStream(tar);
        TarReader reader = new TarReader(hashed);
        for (Optional<TarEntry> next = reader.next(); next.isPresent(); next = reader.next()) {
            apply(next.get(), reader);
        }
        root.remove(Whiteouts.LINK_POOL, layer);
        return hashed.finish();
    }

    ExpectedEntry root() {
        return root;
    }

    /** How many layers it has. */
    int layers() {
        return layer;
    }

    private void apply(TarEntry entry, TarReader reader) throws IOException {
        String path = EntryPath.clean(entry.name());
        String name = EntryPath.last(path);
        switch (Whiteouts.of(path, name)) {
            case ENTRY -> applyEntry(path, name, entry, reader);
            case WHITEOUT -> {
                String hidden = Whiteouts.hidden(path, name);
                find(EntryPath.parent(path)).ifPresent(directory -> removeOlder(directory, hidden));
            }
            case OPAQUE_MARK -> {
                ExpectedEntry directory = directory(EntryPath.parent(path));
                directory.touch(layer);
                removeOlderChildren(directory);
            }
            case METADATA -> {
                if (entry.type() == TarType.FILE && Whiteouts.isLinkPool(path)) {
                    applyEntry(path, name, entry, reader);
                }
            }
        }
    }

    private void removeOlder(ExpectedEntry directory, String name) {
        ExpectedEntry child = directory.child(name);
        if (child == null) {
            return;
        }
        if (!child.isTouched(layer)) {
            directory.remove(name, layer);
        } else if (child.isDirectory()) {
            removeOlderChildren(child);
        }
    }

    private void removeOlderChildren(ExpectedEntry directory) {
        List.copyOf(directory.names()).forEach(name -> removeOlder(directory, name));
    }

    private void applyEntry(String path, String name, TarEntry entry, TarReader reader) throws IOException {
        if (path.isEmpty()) {
            describeRoot(entry);
            return;
        }
        ExpectedEntry parent = directory(EntryPath.parent(path));
        parent.touch(layer);
        switch (entry.type()) {
            case DIRECTORY -> applyDirectory(parent, name, entry);
            case HARD_LINK -> parent.link(name, linkTarget(entry), layer);
            case FILE -> parent.other(name, entry, hash(reader), layer);
            case SYMLINK, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> parent.other(name, entry, NO_CONTENT, layer);
        }
    }

    private void describeRoot(TarEntry entry) throws ImageFormatException {
        if (entry.type() != TarType.DIRECTORY) {
            throw new ImageFormatException(Kind.ESCAPE, "\"" + entry.name() + "\" would replace the root of the layer");
        }
        root.describe(entry, layer);
    }

    private void applyDirectory(ExpectedEntry parent, String name, TarEntry entry) {
        ExpectedEntry present = parent.child(name);
        if (present != null && present.isDirectory()) {
            present.describe(entry, layer);
            present.touch(layer);
        } else {
            parent.directory(name, entry, layer).touch(layer);
        }
    }

    private ExpectedEntry linkTarget(TarEntry entry) throws ImageFormatException {
        String target = EntryPath.clean(entry.linkName());
        Optional<ExpectedEntry> found = target.isEmpty()
                ? Optional.empty()
                : find(EntryPath.parent(target))
                        .flatMap(directory -> Optional.ofNullable(directory.child(EntryPath.last(target))));
        return found.filter(it -> !it.isDirectory())
                .orElseThrow(() -> new ImageFormatException(
                        Kind.CORRUPT,
                        "\"" + entry.name() + "\" is a hard link to \"" + entry.linkName()
                                + "\", which is not there or is a directory"));
    }

    private byte[] hash(TarReader reader) throws IOException {
        MessageDigest hash = Digest.sha256();
        for (int count = reader.read(buffer, 0, buffer.length);
                count >= 0;
                count = reader.read(buffer, 0, buffer.length)) {
            hash.update(buffer, 0, count);
        }
        return hash.digest();
    }

    private ExpectedEntry directory(String path) throws ImageFormatException {
        return resolve(path, true).orElseThrow();
    }

    private Optional<ExpectedEntry> find(String path) throws ImageFormatException {
        return resolve(path, false);
    }

    /** Symbolic links are followed, relative to the root, and never lead above it. */
    private Optional<ExpectedEntry> resolve(String path, boolean make) throws ImageFormatException {
        ExpectedEntry at = root;
        Deque<String> parts = new ArrayDeque<>();
        push(path, parts);
        int links = 0;
        while (!parts.isEmpty()) {
            String part = parts.pop();
            ExpectedEntry child = part.equals("..") ? at.parent() : at.child(part);
            if (child == null && !make) {
                return Optional.empty();
            } else if (child == null) {
                at = at.implied(part, layer);
            } else if (child.isDirectory()) {
                at = child;
            } else if (child.header().type() == TarType.SYMLINK) {
                if (++links > MOST_LINKS) {
                    throw new ImageFormatException(Kind.CORRUPT, "\"" + path + "\": too many levels of symbolic links");
                }
                String target = child.header().linkName();
                at = target.startsWith("/") ? root : at;
                push(target, parts);
            } else if (make) {
                throw new ImageFormatException(
                        Kind.CORRUPT, "\"" + path + "\" is not a directory, but another entry lies in it");
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(at);
    }

    private static void push(String path, Deque<String> parts) {
        String[] more = path.split("/", -1);
        for (int i = more.length - 1; i >= 0; i--) {
            if (!more[i].isEmpty() && !more[i].equals(".")) {
                parts.push(more[i]);
            }
        }
    }
}
