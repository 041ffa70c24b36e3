package io.gantry.image.layer;

import io.gantry.image.ImageFormatException;
import io.gantry.image.ImageFormatException.Kind;
import io.gantry.image.tar.EntryPath;
import io.gantry.linux.Errno;
import io.gantry.linux.FileKind;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The directories of the tree that a layer is applied to. A path is followed part by part from the open root; a symbolic link, be it in the
 * tree or in the layers beneath, is taken relative to the root and can never lead above it. Directories stay open for the entries that follow.
 */
final class UpperTree implements AutoCloseable {
    private static final int OPEN_DIRECTORIES = 128;
    private static final int MOST_LINKS = 40;

    private final Dir root;
    private final LowerLayers lower;
    private final boolean lowerPending;
    private final Deletions deletions;
    private final ImpliedDirectories implied;
    private final LinkedHashMap<String, Dir> open = new LinkedHashMap<>(256, 0.75f, true);
    private final List<Dir> retired = new ArrayList<>();

    UpperTree(Path root, LowerLayers lower, boolean lowerPending, Deletions deletions, ImpliedDirectories implied) {
        this.lower = lower;
        this.lowerPending = lowerPending;
        this.deletions = deletions;
        this.implied = implied;
        this.root = new Dir("", OpenDirectory.open(root), lowerPending || !lower.isEmpty());
    }

    /** Makes a directory that no entry has described. */
    interface ImpliedDirectories {
        /**
         * Makes it.
         *
         * @param model the directory beneath that it stands for, if there is one
         */
        void make(Dir parent, String name, Optional<LowerLayers.Found> model);
    }

    /** What to do about a directory that neither the tree nor the layers beneath have. */
    private enum Absent {
        MAKE,
        STOP
    }

    /** The directory at a clean path, made if need be. */
    Dir directory(String path) throws IOException {
        return resolve(path, Absent.MAKE)
                .orElseThrow(() -> new IllegalStateException("a directory was to be made: " + path));
    }

    /** The directory at a clean path if the tree or the layers beneath have one; in the latter case it is made in the tree. */
    Optional<Dir> find(String path) throws IOException {
        return resolve(path, Absent.STOP);
    }

    /** The directory at a clean path if the tree itself has one there, without symbolic links. */
    Optional<Dir> existing(String path) throws IOException {
        Optional<Dir> cached = cached(path);
        if (cached.isPresent()) {
            return cached;
        }
        Optional<Dir> parent = existing(EntryPath.parent(path));
        return parent.isEmpty() ? parent : openChild(parent.get(), EntryPath.last(path));
    }

    Dir root() {
        return root;
    }

    private Optional<Dir> cached(String path) {
        return path.isEmpty() ? Optional.of(visibleRoot()) : Optional.ofNullable(open.get(path));
    }

    private Dir visibleRoot() {
        return root.lowerVisible() && deletions.isOpaque("") ? new Dir("", root.handle(), false) : root;
    }

    private Optional<Dir> resolve(String path, Absent absent) throws IOException {
        Optional<Dir> whole = cached(path);
        if (whole.isPresent()) {
            return whole;
        }
        Optional<Dir> known = cached(EntryPath.parent(path));
        Dir at = known.orElseGet(this::visibleRoot);
        Deque<String> parts = new ArrayDeque<>();
        push(known.isPresent() ? EntryPath.last(path) : path, parts);
        int links = 0;
        while (!parts.isEmpty()) {
            String part = parts.pop();
            if (part.equals("..")) {
                at = existing(EntryPath.parent(at.path())).orElseThrow();
                continue;
            }
            Step step = step(at, part, absent);
            if (step.link().isPresent()) {
                if (++links > MOST_LINKS) {
                    throw new ImageFormatException(Kind.CORRUPT, "\"" + path + "\": too many levels of symbolic links");
                }
                at = step.link().get().startsWith("/") ? visibleRoot() : at;
                push(step.link().get(), parts);
            } else if (step.directory().isPresent()) {
                at = step.directory().get();
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

    /**
     * One part of a path.
     *
     * @param directory the directory it is
     * @param link the target of the symbolic link it is
     */
    private record Step(Optional<Dir> directory, Optional<String> link) {
        static final Step NOTHING = new Step(Optional.empty(), Optional.empty());

        static Step to(Dir directory) {
            return new Step(Optional.of(directory), Optional.empty());
        }

        static Step follow(String target) {
            return new Step(Optional.empty(), Optional.of(target));
        }
    }

    private Step step(Dir at, String name, Absent absent) throws IOException {
        Optional<Dir> child = openChild(at, name);
        if (child.isPresent()) {
            return Step.to(child.get());
        }
        Optional<Stat> stat = at.handle().stat(name);
        if (stat.isEmpty()) {
            return stepBelow(at, name, absent);
        }
        if (stat.get().kind() == FileKind.SYMLINK) {
            return Step.follow(at.handle().readLink(name));
        }
        return notADirectory(EntryPath.child(at.path(), name), absent);
    }

    private Step stepBelow(Dir at, String name, Absent absent) throws IOException {
        String path = EntryPath.child(at.path(), name);
        boolean visible = at.lowerVisible() && !deletions.hides(path);
        if (visible && lowerPending) {
            throw new ParentsNeededException(path);
        }
        Optional<LowerLayers.Found> beneath = visible ? lower.find(path) : Optional.empty();
        try (LowerLayers.Found found = beneath.orElse(null)) {
            if (found != null && found.stat().kind() == FileKind.SYMLINK) {
                return Step.follow(found.in().readLink(name));
            }
            if (found != null && found.stat().kind() != FileKind.DIRECTORY) {
                return notADirectory(path, absent);
            }
            if (found == null && absent == Absent.STOP) {
                return Step.NOTHING;
            }
            implied.make(at, name, beneath);
            deletions.broughtUp(path);
        }
        return Step.to(openChild(at, name).orElseThrow());
    }

    private static Step notADirectory(String path, Absent absent) throws ImageFormatException {
        if (absent == Absent.STOP) {
            return Step.NOTHING;
        }
        throw new ImageFormatException(
                Kind.CORRUPT, "\"" + path + "\" is not a directory, but another entry lies in it");
    }

    private Optional<Dir> openChild(Dir at, String name) {
        String path = EntryPath.child(at.path(), name);
        Dir known = open.get(path);
        if (known != null) {
            return Optional.of(known);
        }
        try {
            boolean visible = at.lowerVisible() && !deletions.hides(path) && !deletions.isOpaque(path);
            Dir child = new Dir(path, at.handle().directory(name), visible);
            remember(child);
            return Optional.of(child);
        } catch (KernelException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private void remember(Dir directory) {
        open.put(directory.path(), directory);
        if (open.size() > OPEN_DIRECTORIES) {
            Map.Entry<String, Dir> eldest = open.entrySet().iterator().next();
            open.remove(eldest.getKey());
            retired.add(eldest.getValue());
        }
    }

    /** Closes directories that were given up while the last entry was worked on. No directory given out before may be used afterwards. */
    void release() {
        if (!retired.isEmpty()) {
            retired.forEach(directory -> directory.handle().close());
            retired.clear();
        }
    }

    /** Forgets what was known of a path and all beneath it, because it was removed or hidden. */
    void forget(String path) {
        open.values().removeIf(directory -> {
            boolean affected = path.isEmpty()
                    || directory.path().equals(path)
                    || directory.path().startsWith(path + "/");
            if (affected) {
                retired.add(directory);
            }
            return affected;
        });
    }

    @Override
    public void close() {
        forget("");
        release();
        root.handle().close();
    }
}
