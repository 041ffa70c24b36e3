package io.gantry.image.layer;

import io.gantry.image.tar.EntryPath;
import io.gantry.linux.Fd;
import io.gantry.linux.FileAttributes;
import io.gantry.linux.FileKind;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import io.gantry.spi.storage.WhiteoutDialect;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Deletions as marks in the layer's own directory, set when all entries are known: only then is it clear whether a whiteout hides a name, or
 * makes a directory of this layer opaque, or is without effect because a file of this layer has the name. Below an opaque directory, and where
 * there is nothing to hide, no mark is left: in a directory that no layer beneath has, overlayfs would list it as a name that cannot be opened.
 */
final class MarkedDeletions implements Deletions {
    private static final byte[] YES = {'y'};

    private final WhiteoutDialect dialect;
    private final LowerLayers lower;
    private final boolean lowerPending;
    private final List<String> unsettled = new ArrayList<>();
    private final Set<String> whiteouts = new TreeSet<>();
    private final Set<String> opaques = new TreeSet<>();
    private final NavigableSet<String> broughtUp = new TreeSet<>();

    MarkedDeletions(WhiteoutDialect dialect, LowerLayers lower, boolean lowerPending) {
        this.dialect = dialect;
        this.lower = lower;
        this.lowerPending = lowerPending;
    }

    @Override
    public void whiteout(UpperTree tree, Dir directory, String name) throws IOException {
        String path = EntryPath.child(directory.path(), name);
        whiteouts.add(path);
        List<String> gone = new ArrayList<>(below(path));
        gone.add(path);
        dropBroughtUp(tree, gone);
    }

    @Override
    public void opaque(UpperTree tree, Dir directory) throws IOException {
        opaques.add(directory.path());
        dropBroughtUp(tree, List.copyOf(below(directory.path())));
    }

    private Set<String> below(String path) {
        char behindSlash = '/' + 1;
        return path.isEmpty() ? broughtUp : broughtUp.subSet(path + "/", path + behindSlash);
    }

    /** What is no entry of this layer goes with what it was brought up from. */
    private void dropBroughtUp(UpperTree tree, List<String> hidden) throws IOException {
        for (String path : hidden) {
            Optional<Dir> parent = broughtUp.remove(path) ? tree.existing(EntryPath.parent(path)) : Optional.empty();
            if (parent.isPresent()) {
                parent.get().handle().removeTree(EntryPath.last(path));
                tree.forget(path);
            }
        }
    }

    @Override
    public void replacedByDirectory(String path) {
        opaques.add(path);
    }

    @Override
    public void touched(String path) {
        for (String at = path; !broughtUp.isEmpty() && !at.isEmpty(); at = EntryPath.parent(at)) {
            broughtUp.remove(at);
        }
    }

    @Override
    public void broughtUp(String path) {
        broughtUp.add(path);
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
            if (lowerPending) {
                unsettled.add(path);
            }
            if (lowerPending || lower.has(path)) {
                markGone(handle, name);
            }
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

    @Override
    public List<String> unsettled() {
        return unsettled;
    }

    /** Takes a mark away that {@link #finish} has left at a path. */
    void unmark(UpperTree tree, String path) throws IOException {
        Optional<Dir> parent = tree.existing(EntryPath.parent(path));
        String name = EntryPath.last(path);
        if (parent.isPresent()) {
            // The directory keeps the time that the layer gave it.
            OpenDirectory handle = parent.get().handle();
            Stat before = handle.stat();
            handle.remove(dialect == WhiteoutDialect.AUFS ? Whiteouts.PREFIX + name : name);
            FileAttributes.setTimes(
                    handle.fd(),
                    before.atimeSeconds(),
                    before.atimeNanos(),
                    before.mtimeSeconds(),
                    before.mtimeNanos());
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
