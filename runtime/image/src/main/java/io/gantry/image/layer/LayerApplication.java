package io.gantry.image.layer;

import io.gantry.image.Digest;
import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.NoSpaceException;
import io.gantry.image.layer.ApplyOptions.Beneath;
import io.gantry.image.tar.EntryPath;
import io.gantry.image.tar.TarEntry;
import io.gantry.image.tar.TarReader;
import io.gantry.image.tar.TarType;
import io.gantry.linux.Errno;
import io.gantry.linux.FileKind;
import io.gantry.linux.KernelException;
import io.gantry.linux.Stat;
import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.WhiteoutDialect;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/** One archive being applied to one target. */
final class LayerApplication implements AutoCloseable {
    private static final long LARGEST_ID = 0xFFFF_FFFEL;
    private static final long LARGEST_MAJOR = 0xFFF;
    private static final long LARGEST_MINOR = 0xF_FFFF;

    private final TarReader tar;
    private final ApplyOptions options;
    private final WhiteoutDialect dialect;
    private final LowerLayers lower;
    private final Deletions deletions;
    private final EntryWriter writer;
    private final UpperTree tree;
    private final boolean pending;
    private final String where;
    private boolean linkPool;
    private long entries;
    private long bytes;

    LayerApplication(InputStream in, LayerTarget target, ApplyOptions options) throws IOException {
        this.tar = new TarReader(in, options.tarLimits());
        this.options = options;
        this.dialect = target.dialect();
        boolean base = options.beneath() == Beneath.NOTHING;
        this.lower = new LowerLayers(base ? List.of() : target.parents(), dialect);
        this.writer = new EntryWriter(dialect, options.bestEffortXattrs());
        this.pending = options.beneath() == Beneath.PENDING && dialect != WhiteoutDialect.DIRECT;
        this.deletions = dialect == WhiteoutDialect.DIRECT
                ? new DirectDeletions()
                : new MarkedDeletions(dialect, lower, pending);
        try {
            this.tree = new UpperTree(target.directory(), lower, pending, deletions, writer);
        } catch (KernelException e) {
            throw new IOException("cannot apply the layer: " + e.getMessage(), e);
        }
        this.where = target.directory().toString();
    }

    void run() throws IOException {
        try {
            for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
                count(next.get());
                apply(next.get());
                tree.release();
            }
            if (linkPool) {
                remove(tree.root(), Whiteouts.LINK_POOL);
            }
            if (options.beneath() != Beneath.NOTHING || dialect == WhiteoutDialect.DIRECT) {
                deletions.finish(tree);
            }
            writer.finish(tree);
        } catch (KernelException e) {
            throw NoSpaceException.explain(where, "cannot finish the layer: " + e.getMessage(), e);
        }
    }

    AppliedLayer result(Digest diffId, long archiveBytes) {
        return new AppliedLayer(diffId, archiveBytes, bytes, entries, writer.warnings(), deletions.unsettled());
    }

    private void count(TarEntry entry) throws ImageFormatException {
        entries++;
        bytes += entry.size();
        if (entries > options.maxEntries()) {
            throw new ImageFormatException(Kind.LIMIT, "the layer has more than " + options.maxEntries() + " entries");
        }
        if (bytes > options.maxBytes() || bytes < 0) {
            throw new ImageFormatException(
                    Kind.LIMIT, "the files of the layer have more than " + options.maxBytes() + " bytes");
        }
    }

    private void apply(TarEntry entry) throws IOException {
        String path = EntryPath.clean(entry.name());
        String name = EntryPath.last(path);
        checkNumbers(entry);
        try {
            switch (Whiteouts.of(path, name)) {
                case ENTRY -> applyEntry(path, name, entry);
                case WHITEOUT -> applyWhiteout(path, Whiteouts.hidden(path, name));
                case OPAQUE_MARK -> applyOpaque(EntryPath.parent(path));
                case METADATA -> applyMetadata(path, name, entry);
            }
        } catch (KernelException e) {
            throw failure(entry, e);
        }
    }

    /** The kernel would take the lower bits of larger numbers, and the largest id for "leave it as it is". */
    private static void checkNumbers(TarEntry entry) throws ImageFormatException {
        if (entry.uid() > LARGEST_ID || entry.gid() > LARGEST_ID) {
            throw new ImageFormatException(
                    Kind.CORRUPT,
                    "\"" + entry.name() + "\" belongs to " + entry.uid() + ":" + entry.gid() + ", but ids end at "
                            + LARGEST_ID);
        }
        if (entry.deviceMajor() < 0
                || entry.deviceMajor() > LARGEST_MAJOR
                || entry.deviceMinor() < 0
                || entry.deviceMinor() > LARGEST_MINOR) {
            throw new ImageFormatException(
                    Kind.CORRUPT,
                    "\"" + entry.name() + "\" is the device " + entry.deviceMajor() + ":" + entry.deviceMinor()
                            + ", which Linux cannot have");
        }
    }

    private IOException failure(TarEntry entry, KernelException e) {
        String message = "cannot make \"" + entry.name() + "\" of the layer: " + e.getMessage();
        if (e.is(Errno.ENOSPC, Errno.E2BIG, Errno.ERANGE) && e.call().equals("setxattr")) {
            return new IOException(
                    message
                            + "; either the disk is full, or its file system keeps no extended attributes of that size, as ext4 does beyond 4 KiB: use a file system that does, such as xfs",
                    e);
        }
        return isImpossible(e)
                ? new ImageFormatException(Kind.CORRUPT, message, e)
                : NoSpaceException.explain(where, message, e);
    }

    /** Whether the kernel says that no file system can have such an entry. */
    private static boolean isImpossible(KernelException e) {
        return e.is(
                Errno.EINVAL, Errno.ENAMETOOLONG, Errno.ELOOP, Errno.ENOENT, Errno.ENOTDIR, Errno.EISDIR, Errno.EEXIST);
    }

    /** Files of AUFS's pool are there until the layer is finished, for hard links that lead to them. */
    private void applyMetadata(String path, String name, TarEntry entry) throws IOException {
        if (entry.type() == TarType.FILE && Whiteouts.isLinkPool(path)) {
            applyEntry(path, name, entry);
            linkPool = true;
        }
    }

    private void applyWhiteout(String path, String hidden) throws IOException {
        Optional<Dir> directory = tree.find(EntryPath.parent(path));
        if (directory.isPresent()) {
            deletions.whiteout(tree, directory.get(), hidden);
            tree.forget(EntryPath.child(directory.get().path(), hidden));
        }
    }

    private void applyOpaque(String path) throws IOException {
        Optional<Dir> directory = tree.find(path);
        if (pending && directory.filter(found -> found.path().isEmpty()).isPresent()) {
            throw new ParentsNeededException(Whiteouts.OPAQUE);
        }
        // a directory that is opaque and nothing else stands for an empty one
        Dir opaque = directory.isPresent() ? directory.get() : tree.directory(path);
        deletions.touched(opaque.path());
        deletions.opaque(tree, opaque);
        tree.forget(opaque.path());
    }

    private void applyEntry(String path, String name, TarEntry entry) throws IOException {
        if (path.isEmpty()) {
            applyRoot(entry);
            return;
        }
        if (isOverlayWhiteout(entry)) {
            applyWhiteout(path, name);
            return;
        }
        Dir parent = tree.directory(EntryPath.parent(path));
        switch (entry.type()) {
            case DIRECTORY -> applyDirectory(parent, name, entry);
            case HARD_LINK -> applyHardLink(parent, name, entry);
            case FILE, SYMLINK, CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> applyOther(parent, name, entry);
        }
        deletions.touched(EntryPath.child(parent.path(), name));
    }

    private void applyRoot(TarEntry entry) throws IOException {
        if (entry.type() != TarType.DIRECTORY) {
            throw new ImageFormatException(Kind.ESCAPE, "\"" + entry.name() + "\" would replace the root of the layer");
        }
        writer.rootAttributes(tree.root(), entry);
    }

    /** Where overlayfs is used, this device means a deletion, and cannot be anything else. */
    private boolean isOverlayWhiteout(TarEntry entry) {
        boolean overlay = dialect == WhiteoutDialect.OVERLAY || dialect == WhiteoutDialect.OVERLAY_USERXATTR;
        return overlay
                && entry.type() == TarType.CHARACTER_DEVICE
                && entry.deviceMajor() == 0
                && entry.deviceMinor() == 0;
    }

    private void applyDirectory(Dir parent, String name, TarEntry entry) throws IOException {
        if (!parent.handle().makeDirectory(name, 0700)) {
            Optional<Stat> present = parent.handle().stat(name);
            if (present.isPresent() && present.get().kind() != FileKind.DIRECTORY) {
                remove(parent, name);
                parent.handle().makeDirectory(name, 0700);
                deletions.replacedByDirectory(EntryPath.child(parent.path(), name));
            }
        }
        writer.attributes(parent, name, entry);
    }

    private void applyOther(Dir parent, String name, TarEntry entry) throws IOException {
        try {
            writer.create(parent, name, entry, tar);
        } catch (KernelException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            remove(parent, name);
            writer.create(parent, name, entry, tar);
        }
        writer.attributes(parent, name, entry);
    }

    private void remove(Dir parent, String name) {
        parent.handle().removeTree(name);
        tree.forget(EntryPath.child(parent.path(), name));
    }

    private void applyHardLink(Dir parent, String name, TarEntry entry) throws IOException {
        String target = EntryPath.clean(entry.linkName());
        Optional<Dir> directory = target.isEmpty() ? Optional.empty() : tree.find(EntryPath.parent(target));
        String targetName = EntryPath.last(target);
        if (directory.isEmpty() || !bringUp(directory.get(), targetName)) {
            throw new ImageFormatException(
                    Kind.CORRUPT,
                    "\"" + entry.name() + "\" is a hard link to \"" + entry.linkName()
                            + "\", which is not there or is a directory");
        }
        Dir from = directory.get();
        String own = EntryPath.child(parent.path(), name);
        if (EntryPath.child(from.path(), targetName).startsWith(own + "/")) {
            throw new ImageFormatException(
                    Kind.CORRUPT,
                    "\"" + entry.name() + "\" is a hard link to \"" + entry.linkName() + "\", which it would replace");
        }
        if (from.path().equals(parent.path()) && targetName.equals(name)) {
            return;
        }
        try {
            parent.handle().makeLink(name, from.handle(), targetName);
        } catch (KernelException e) {
            if (!e.is(Errno.EEXIST)) {
                throw e;
            }
            remove(parent, name);
            parent.handle().makeLink(name, from.handle(), targetName);
        }
    }

    /** Sees to it that something a hard link can lead to is in the tree itself. */
    private boolean bringUp(Dir directory, String name) throws IOException {
        Optional<Stat> present = directory.handle().stat(name);
        if (present.isPresent()) {
            return present.get().kind() != FileKind.DIRECTORY;
        }
        String path = EntryPath.child(directory.path(), name);
        if (!directory.lowerVisible() || deletions.hides(path)) {
            return false;
        }
        if (pending) {
            throw new ParentsNeededException(path);
        }
        Optional<LowerLayers.Found> beneath = lower.find(path);
        try (LowerLayers.Found found = beneath.orElse(null)) {
            if (found == null || found.stat().kind() == FileKind.DIRECTORY) {
                return false;
            }
            writer.copyUp(found, directory.handle(), name);
            deletions.broughtUp(path);
            return true;
        }
    }

    @Override
    public void close() {
        tree.close();
    }
}
