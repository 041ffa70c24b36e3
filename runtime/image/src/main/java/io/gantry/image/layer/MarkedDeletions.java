package io.gantry.image.layer;

import io.gantry.image.tar.EntryPath;
import io.gantry.linux.Fd;
import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import io.gantry.spi.storage.WhiteoutDialect;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Deletions as marks in the layer's own directory, set when all entries are known: only then is it clear whether a whiteout hides a name, or
 * makes a directory of this layer opaque, or is without effect because a file of this layer has the name. Below an opaque directory no mark is
 * left, since overlayfs would list it as a name that cannot be opened.
 */
final class MarkedDeletions implements Deletions {
    private static final byte[] YES = {'y'};

    private final WhiteoutDialect dialect;
    private final LowerLayers lower;
    private final Set<String> whiteouts = new TreeSet<>();
    private final Set<String> opaques = new TreeSet<>();

    MarkedDeletions(WhiteoutDialect dialect, LowerLayers lower) {
        this.dialect = dialect;
        this.lower = lower;
    }

    @Override
    public void whiteout(Dir directory, String name) {
        whiteouts.add(EntryPath.child(directory.path(), name));
    }

    @Override
    public void opaque(Dir directory) {
        opaques.add(directory.path());
    }

    @Override
    public void replacedByDirectory(String path) {
        opaques.add(path);
    }

    @Override
    public void touched(String path) {
        // the layer's directory holds nothing but this layer's entries
    }

    @Override
    public boolean hides(String path) {
        return whiteouts.contains(path);
    }

    @Override
    public boolean isOpaque(String path) {
        return opaques.contains(path);
    }

    @Override
    public void finish(UpperTree tree) throws IOException {
        if (opaques.contains("")) {
            // overlayfs always merges roots, whatever their marks say
            for (String name : lower.rootNames()) {
                finishWhiteout(tree, name);
                tree.release();
            }
            return;
        }
        for (String path : opaques) {
            if (!isBelowMark(path)) {
                tree.existing(path).ifPresent(this::markOpaque);
                tree.release();
            }
        }
        for (String path : whiteouts) {
            if (!isBelowMark(path)) {
                finishWhiteout(tree, path);
                tree.release();
            }
        }
    }

    private boolean isBelowMark(String path) {
        String at = path;
        while (!at.isEmpty()) {
            at = EntryPath.parent(at);
            if (opaques.contains(at) || whiteouts.contains(at)) {
                return true;
            }
        }
        return false;
    }

    private void finishWhiteout(UpperTree tree, String path) throws IOException {
        Optional<Dir> parent = tree.existing(EntryPath.parent(path));
        if (parent.isEmpty()) {
            return;
        }
        OpenDirectory handle = parent.get().handle();
        String name = EntryPath.last(path);
        Optional<Stat> present = handle.stat(name);
        if (present.isEmpty()) {
            markGone(handle, name);
        } else if (present.get().kind() == FileKind.DIRECTORY) {
            tree.existing(path).ifPresent(this::markOpaque);
        }
    }

    private void markGone(OpenDirectory handle, String name) {
        if (dialect == WhiteoutDialect.AUFS) {
            createEmpty(handle, Whiteouts.PREFIX + name);
        } else {
            handle.makeNode(name, FileKind.CHARACTER_DEVICE, 0, 0);
        }
    }

    private void markOpaque(Dir directory) {
        switch (dialect) {
            case OVERLAY -> Xattrs.of(directory.handle().fd()).set(OverlayNames.OPAQUE, YES);
            case OVERLAY_USERXATTR -> Xattrs.of(directory.handle().fd()).set(OverlayNames.USER_OPAQUE, YES);
            case AUFS -> createEmpty(directory.handle(), Whiteouts.OPAQUE);
            case DIRECT -> throw new IllegalStateException("a merged directory takes no marks");
        }
    }

    private static void createEmpty(OpenDirectory handle, String name) {
        try (Fd created = handle.open(name, OpenFlags.O_WRONLY | OpenFlags.O_CREAT, 0444)) {
            assert created.isOpen();
        }
    }
}
