package io.gantry.storage.zfs;

import io.gantry.linux.EntryComparison;
import io.gantry.linux.FileKind;
import io.gantry.linux.KernelException;
import io.gantry.linux.MountTable;
import io.gantry.linux.Mounts;
import io.gantry.linux.Stat;
import io.gantry.linux.UnmountFlag;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.Problem;
import io.gantry.spi.storage.LayerDiff;
import io.gantry.spi.storage.LayerDiff.Change;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo.Kind;
import io.gantry.spi.storage.NativeDiffer;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.storage.support.LayerCatalog;
import io.gantry.spi.storage.support.LayerRecord;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Changes as {@code zfs diff} tells them. It tells of every object once, by one of its names, so that files with several names are left to others, and so are renamed directories, whose
 * content it does not list.
 */
final class ZfsDiffer implements NativeDiffer {
    private final LayerCatalog catalog;
    private final LayerDatasets datasets;
    private final LayerLook look;

    ZfsDiffer(LayerCatalog catalog, LayerDatasets datasets, LayerLook look) {
        this.catalog = catalog;
        this.datasets = datasets;
        this.look = look;
    }

    @Override
    public Optional<LayerDiff> diff(LayerId id) {
        String attempted = "list the changes of layer " + id;
        LayerRecord layer = catalog.require(id, attempted);
        if (layer.info().kind() == Kind.VIEW) {
            throw new FailedPreconditionException(Problem.of(attempted, "it is a view, which has no changes"));
        }
        Optional<LayerRecord> parent = catalog.ancestors(layer).stream().findFirst();
        if (parent.isEmpty()) {
            return Optional.empty();
        }
        try {
            return diff(layer, parent.get());
        } catch (ZfsFailure e) {
            throw e.as(attempted);
        } catch (KernelException e) {
            throw IoFailures.of(attempted, e.errno().name(), e.getMessage(), e);
        }
    }

    /** The program wants both datasets mounted, by their own names; the parent's is as its snapshot, since nothing writes to it. */
    private Optional<LayerDiff> diff(LayerRecord layer, LayerRecord parent) {
        boolean active = layer.info().kind() == Kind.ACTIVE;
        String dataset = datasets.of(layer.key());
        List<LayerLook.Source> sources =
                List.of(new LayerLook.Source(datasets.of(parent.key()), true), new LayerLook.Source(dataset, !active));
        return look.at(sources, places -> {
            unmountOthers(dataset, places.get(1));
            String output = datasets.diff(
                    datasets.snapshotOf(parent.key()), active ? dataset : datasets.snapshotOf(layer.key()));
            return DiffLine.parse(output, places.get(1).toString()).flatMap(lines -> {
                try (EntryComparison trees = new EntryComparison(places.get(0), places.get(1))) {
                    return changes(lines, trees);
                }
            });
        });
    }

    /** The program names files beneath the first mount of a dataset that it finds; those of others are copies in this mount namespace. */
    private static void unmountOthers(String dataset, Path keep) {
        for (MountTable.Entry mount : MountTable.read().entries()) {
            if (mount.source().equals(dataset) && !mount.mountPoint().equals(keep.toString())) {
                Mounts.unmount(Path.of(mount.mountPoint()), UnmountFlag.DETACH, UnmountFlag.NO_FOLLOW);
            }
        }
    }

    private static Optional<LayerDiff> changes(List<DiffLine> lines, EntryComparison trees) {
        Set<String> added = new HashSet<>();
        Set<String> deleted = new HashSet<>();
        Set<String> touched = new HashSet<>();
        for (DiffLine line : lines) {
            switch (line.change()) {
                case '+' -> added.add(line.path());
                case '-' -> deleted.add(line.path());
                case 'M' -> touched.add(line.path());
                default -> {
                    if (line.directory()) {
                        return Optional.empty();
                    }
                    deleted.add(line.path());
                    added.add(line.to().orElseThrow());
                }
            }
        }
        Set<String> replaced = new HashSet<>(added);
        replaced.retainAll(deleted);
        added.removeAll(replaced);
        deleted.removeAll(replaced);
        touched.addAll(replaced);
        if (haveSeveralNames(trees, added, deleted, touched)
                || replaced.stream().anyMatch(path -> changesKind(trees, path))) {
            return Optional.empty();
        }
        List<Change> changes = new ArrayList<>();
        added.forEach(path -> changes.add(new Change(path, LayerDiff.Kind.ADDED)));
        touched.stream().filter(trees::differs).forEach(path -> changes.add(new Change(path, LayerDiff.Kind.MODIFIED)));
        deleted.stream()
                .filter(path -> !isBeneath(path, deleted))
                .forEach(path -> changes.add(new Change(path, LayerDiff.Kind.DELETED)));
        changes.sort(Comparator.comparing(Change::path));
        return Optional.of(new LayerDiff.Listed(changes));
    }

    private static boolean haveSeveralNames(
            EntryComparison trees, Set<String> added, Set<String> deleted, Set<String> touched) {
        return added.stream().anyMatch(path -> severalNames(trees.after(path)))
                || deleted.stream().anyMatch(path -> severalNames(trees.before(path)))
                || touched.stream()
                        .anyMatch(path -> severalNames(trees.before(path)) || severalNames(trees.after(path)));
    }

    private static boolean severalNames(Optional<Stat> entry) {
        return entry.filter(stat -> stat.kind() != FileKind.DIRECTORY && stat.links() > 1)
                .isPresent();
    }

    /** What was in a directory that is a file now is gone too, and would be named apart. */
    private static boolean changesKind(EntryComparison trees, String path) {
        return trees.before(path).map(Stat::kind).equals(Optional.of(FileKind.DIRECTORY))
                != trees.after(path).map(Stat::kind).equals(Optional.of(FileKind.DIRECTORY));
    }

    private static boolean isBeneath(String path, Set<String> directories) {
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            if (directories.contains(path.substring(0, slash))) {
                return true;
            }
        }
        return false;
    }
}
