package io.gantry.engine.files;

import io.gantry.engine.Containers.Change;
import io.gantry.engine.Containers.Change.Kind;
import io.gantry.linux.DirectoryEntry;
import io.gantry.linux.Errno;
import io.gantry.linux.FileKind;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.linux.Xattrs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What changed from one tree to another, as {@code docker diff} tells it: a directory before what is in it, names in order; of a directory
 * that is gone, only itself; a directory in which something changed is changed. What the engine itself puts into every container is left out.
 */
public final class TreeComparison {
    /** Made by the engine and the OCI runtime, most of them as places to mount on. */
    private static final Set<String> MOUNT_POINTS = Set.of(
            "/.dockerenv",
            "/dev",
            "/dev/console",
            "/dev/mqueue",
            "/dev/pts",
            "/dev/shm",
            "/etc",
            "/etc/hostname",
            "/etc/hosts",
            "/etc/resolv.conf",
            "/proc",
            "/sys");

    private static final String CAPABILITY = "security.capability";

    private final Optional<UpperDirectory> dialect;
    private final Function<String, Optional<Set<String>>> selection;
    private final List<Change> changes = new ArrayList<>();

    private TreeComparison(Optional<UpperDirectory> dialect, Function<String, Optional<Set<String>>> selection) {
        this.dialect = dialect;
        this.selection = selection;
    }

    /** Compares whole trees. */
    public static List<Change> of(Optional<OpenDirectory> before, OpenDirectory after) {
        return of(before, after, path -> Optional.empty());
    }

    /**
     * Compares what may have changed and looks at nothing else.
     *
     * @param paths as {@code /a/b}; those in which they are need not be among them
     */
    public static List<Change> ofSome(OpenDirectory before, OpenDirectory after, Iterable<String> paths) {
        Map<String, Set<String>> names = new HashMap<>();
        for (String path : paths) {
            for (int end = path.length(); end > 1; ) {
                int slash = path.lastIndexOf('/', end - 1);
                names.computeIfAbsent(path.substring(0, slash), directory -> new TreeSet<>())
                        .add(path.substring(slash + 1, end));
                end = slash;
            }
        }
        return of(Optional.of(before), after, directory -> Optional.of(names.getOrDefault(directory, Set.of())));
    }

    private static List<Change> of(
            Optional<OpenDirectory> before, OpenDirectory after, Function<String, Optional<Set<String>>> selection) {
        TreeComparison comparison = new TreeComparison(Optional.empty(), selection);
        comparison.wholeTrees(before, after, "");
        return comparison.changes;
    }

    /**
     * Looks at nothing but what overlayfs keeps of a layer.
     *
     * @param before the layers beneath as they look together
     * @return empty if the layer refers to parts of those beneath by name, so that whole trees must be compared
     */
    static Optional<List<Change>> ofUpper(Optional<OpenDirectory> before, OpenDirectory upper, UpperDirectory dialect) {
        TreeComparison comparison = new TreeComparison(Optional.of(dialect), path -> Optional.empty());
        try {
            comparison.upper(before, upper, "");
            return Optional.of(comparison.changes);
        } catch (UpperDirectory.RedirectedException e) {
            return Optional.empty();
        }
    }

    /** A way to compare directories. */
    private interface Way {
        void compare(Optional<OpenDirectory> before, OpenDirectory after, String path);
    }

    /** A name in a directory before and after. */
    private record Place(Optional<OpenDirectory> before, OpenDirectory after, String name, String path) {
        Optional<Stat> oldStat() {
            return before.flatMap(directory -> directory.stat(name));
        }

        Optional<Stat> newStat() {
            return after.stat(name);
        }
    }

    private void wholeTrees(Optional<OpenDirectory> before, OpenDirectory after, String path) {
        Set<String> names = selection.apply(path).orElseGet(() -> {
            Set<String> all = new TreeSet<>(names(after));
            before.ifPresent(directory -> all.addAll(names(directory)));
            return all;
        });
        names.forEach(name -> inWholeTree(new Place(before, after, name, path + "/" + name)));
    }

    private void upper(Optional<OpenDirectory> before, OpenDirectory after, String path) {
        names(after).forEach(name -> inUpper(new Place(before, after, name, path + "/" + name)));
    }

    private void inWholeTree(Place place) {
        Optional<Stat> was = place.oldStat();
        Optional<Stat> is = place.newStat();
        if (is.isPresent()) {
            boolean changed = was.isPresent() && isDifferent(place, was.get(), is.get());
            present(place, was, is.get(), changed, this::wholeTrees);
        } else if (was.isPresent()) {
            changes.add(new Change(place.path(), Kind.DELETED));
        }
    }

    private void inUpper(Place place) {
        Optional<Stat> found = place.newStat();
        if (found.isEmpty()) {
            return;
        }
        Stat is = found.get();
        Optional<Stat> was = place.oldStat();
        if (UpperDirectory.isWhiteout(is)) {
            was.ifPresent(gone -> changes.add(new Change(place.path(), Kind.DELETED)));
            return;
        }
        boolean directory = is.kind() == FileKind.DIRECTORY;
        UpperDirectory marks = dialect.orElseThrow();
        marks.refuseRedirected(place.after(), place.name(), is);
        boolean changed = was.isPresent() && (!directory || isDifferent(place, was.get(), is));
        boolean whole = directory && marks.isOpaque(place.after(), place.name());
        present(place, was, is, changed, whole ? this::wholeTrees : this::upper);
    }

    private void present(Place place, Optional<Stat> was, Stat is, boolean changed, Way within) {
        int at = changes.size();
        if (is.kind() == FileKind.DIRECTORY) {
            descend(place, was, within);
        }
        boolean touched = changes.size() > at;
        if (was.isEmpty()) {
            if (touched || !isMountPoint(place.path(), is)) {
                changes.add(at, new Change(place.path(), Kind.ADDED));
            }
        } else if (changed || touched) {
            changes.add(at, new Change(place.path(), Kind.MODIFIED));
        }
    }

    private void descend(Place place, Optional<Stat> was, Way within) {
        Optional<OpenDirectory> after = open(place.after(), place.name());
        if (after.isEmpty()) {
            return;
        }
        boolean merged = was.filter(stat -> stat.kind() == FileKind.DIRECTORY).isPresent();
        Optional<OpenDirectory> before =
                merged ? place.before().flatMap(directory -> open(directory, place.name())) : Optional.empty();
        try (OpenDirectory now = after.get()) {
            within.compare(before, now, place.path());
        } finally {
            before.ifPresent(OpenDirectory::close);
        }
    }

    private static Optional<OpenDirectory> open(OpenDirectory parent, String name) {
        return unlessGone(() -> Optional.of(parent.directory(name)), Optional.empty());
    }

    /** An empty one of those that the engine makes. */
    private static boolean isMountPoint(String path, Stat stat) {
        boolean plain = stat.kind() == FileKind.DIRECTORY || (stat.kind() == FileKind.REGULAR && stat.size() == 0);
        return plain && MOUNT_POINTS.contains(path);
    }

    /** As Docker has it, sizes and times of directories do not count. */
    private static boolean isDifferent(Place place, Stat was, Stat is) {
        boolean attributes = was.kind() != is.kind()
                || was.mode() != is.mode()
                || was.uid() != is.uid()
                || was.gid() != is.gid()
                || was.rdevice() != is.rdevice();
        boolean content = is.kind() != FileKind.DIRECTORY
                && (was.size() != is.size()
                        || was.mtimeSeconds() != is.mtimeSeconds()
                        || was.mtimeNanos() != is.mtimeNanos());
        return attributes || content || (is.kind() == FileKind.REGULAR && !sameCapability(place));
    }

    private static boolean sameCapability(Place place) {
        Function<OpenDirectory, byte[]> read = directory -> unlessGone(
                () -> Xattrs.of(directory, place.name()).value(CAPABILITY).orElse(new byte[0]), new byte[0]);
        return Arrays.equals(read.apply(place.before().orElseThrow()), read.apply(place.after()));
    }

    /** The names in a directory, in order. */
    static List<String> names(OpenDirectory directory) {
        return unlessGone(directory::list, List.<DirectoryEntry>of()).stream()
                .map(DirectoryEntry::name)
                .sorted()
                .toList();
    }

    /** Others may remove things while we look. */
    private static <T> T unlessGone(java.util.function.Supplier<T> look, T otherwise) {
        try {
            return look.get();
        } catch (KernelException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP, Errno.EOPNOTSUPP)) {
                return otherwise;
            }
            throw e;
        }
    }
}
