package io.gantry.engine.container;

import io.gantry.engine.Container;
import io.gantry.engine.Containers.Change;
import io.gantry.engine.Containers.CopyIn;
import io.gantry.engine.Containers.PathStat;
import io.gantry.engine.EngineException;
import io.gantry.engine.EngineException.Kind;
import io.gantry.engine.MountPoint;
import io.gantry.engine.container.RootViews.View;
import io.gantry.engine.files.InRoot;
import io.gantry.engine.files.OverwriteRefusedException;
import io.gantry.engine.files.TreeArchive;
import io.gantry.engine.files.TreeComparison;
import io.gantry.engine.files.TreeExtraction;
import io.gantry.engine.files.UpperDirectory;
import io.gantry.engine.name.Ids;
import io.gantry.engine.oci.ContainerUser;
import io.gantry.engine.oci.UserLookup;
import io.gantry.image.ImageFormatException;
import io.gantry.image.compress.BombGuard;
import io.gantry.image.compress.Compression;
import io.gantry.image.tar.TarEntry;
import io.gantry.linux.Errno;
import io.gantry.linux.FileKind;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.Stat;
import io.gantry.spi.storage.LayerDiff;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.MountSpec;
import io.gantry.spi.storage.WhiteoutDialect;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Files of containers, running or not: copied in and out, exported, compared with the image. */
final class ContainerFiles {
    private final RootFileSystems roots;
    private final RootViews views;
    private final Ids ids;

    ContainerFiles(ContainerParts parts) {
        this.roots = parts.roots();
        this.views = parts.views();
        this.ids = parts.ids();
    }

    /** Writes what a path leads to; a symbolic link at its end is not followed unless a slash stands behind it. */
    void copyOut(Entry entry, String ref, String path, OutputStream out) {
        look(entry, ref, path, view -> {
            ContainerPath wanted = ContainerPath.of(path);
            try (OpenDirectory directory = view.root().directory(wanted.directory());
                    TreeArchive archive = new TreeArchive(out)) {
                if (wanted.entry().isEmpty()) {
                    archive.directory(directory, wanted.name());
                } else {
                    require(directory, wanted);
                    archive.entry(directory, wanted.entry().get(), wanted.name());
                }
                return null;
            }
        });
    }

    PathStat stat(Entry entry, String ref, String path) {
        return look(entry, ref, path, view -> {
            ContainerPath wanted = ContainerPath.of(path);
            try (OpenDirectory directory = view.root().directory(wanted.directory())) {
                Stat stat = wanted.entry().isPresent() ? require(directory, wanted) : directory.stat();
                String target = stat.kind() == FileKind.SYMLINK ? InRoot.follow(view.root(), path) : "";
                return new PathStat(wanted.name(), stat.size(), GoFileMode.of(stat), stat.mtime(), target);
            }
        });
    }

    private static Stat require(OpenDirectory directory, ContainerPath wanted) {
        String name = wanted.entry().orElseThrow();
        return directory
                .stat(name)
                .orElseThrow(() -> new KernelException("lstat", wanted.directory() + "/" + name, Errno.ENOENT));
    }

    /** Unpacks an archive; symbolic links in the path are followed, one at its end too. */
    void copyIn(Entry entry, String ref, String path, CopyIn how, InputStream archive) {
        look(entry, ref, path, view -> {
            try (OpenDirectory target = target(view, path)) {
                String real = view.path(target);
                refuseReadOnly(entry.container(), real);
                try (TreeExtraction extraction = new TreeExtraction(
                        view.root(), real, how.noOverwriteDirNonDir(), owner(entry.container(), view, how))) {
                    extraction.extract(Compression.decompress(archive, BombGuard.DEFAULT));
                }
                return null;
            } catch (ImageFormatException | OverwriteRefusedException e) {
                throw new EngineException(Kind.INVALID, e.getMessage(), e);
            }
        });
    }

    private static UnaryOperator<TarEntry> owner(Container container, View view, CopyIn how) {
        String user = container.config().user();
        if (!how.copyUidGid() || user.isEmpty()) {
            return entry -> entry;
        }
        ContainerUser found = UserLookup.in(view.place()).find(user, List.of());
        return entry -> entry.withOwner(found.uid(), found.gid());
    }

    private static OpenDirectory target(View view, String path) {
        try {
            return view.root().directory("/" + path);
        } catch (KernelException e) {
            if (e.is(Errno.ENOTDIR)) {
                throw new EngineException(Kind.INVALID, "extraction point is not a directory", e);
            }
            throw e;
        }
    }

    /** Where mounts lie within each other, the innermost decides. */
    private static void refuseReadOnly(Container container, String path) {
        Optional<MountPoint> mount = container.mounts().stream()
                .filter(one -> !one.type().equals("tmpfs"))
                .filter(one -> path.equals(one.destination()) || path.startsWith(one.destination() + "/"))
                .max(Comparator.comparingInt(one -> one.destination().length()));
        if (mount.isPresent() && !mount.get().writable()) {
            throw new EngineException(Kind.INVALID, "mounted volume is marked read-only");
        }
        if (mount.isEmpty() && container.hostConfig().readonlyRootfs()) {
            throw new EngineException(Kind.INVALID, "container rootfs is marked read-only");
        }
    }

    private <T> T look(Entry entry, String ref, String path, RootViews.Work<T> work) {
        try {
            return views.ofContainer(entry, work);
        } catch (KernelException e) {
            if (e.is(Errno.ENOENT)) {
                throw new EngineException(
                        Kind.NOT_FOUND, "Could not find the file " + path + " in container " + ref, e);
            }
            throw new EngineException(Kind.SYSTEM, e.getMessage(), e);
        }
    }

    /** Writes all that is in its layers; volumes are not part of it. */
    void export(Entry entry, OutputStream out) {
        try (RootMounts.Look look = roots.look(entry.stored());
                OpenDirectory root = OpenDirectory.open(look.root());
                TreeArchive archive = new TreeArchive(out)) {
            archive.content(root);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot export container " + entry.id(), e);
        }
    }

    /** What differs from the image. */
    List<Change> changes(Entry entry) {
        StoredContainer stored = entry.stored();
        Optional<LayerId> parent = roots.parent(stored);
        if (parent.isEmpty()) {
            try (RootMounts.Look look = roots.look(stored);
                    OpenDirectory root = OpenDirectory.open(look.root())) {
                return TreeComparison.of(Optional.empty(), root);
            }
        }
        Optional<LayerDiff> diff = roots.diff(stored);
        String id = "look-" + ids.next();
        return roots.withView(
                stored.container().storageDriver(),
                id,
                parent.get(),
                beneath -> changesOfUpper(diff, beneath)
                        .orElseGet(
                                () -> views.beside(stored, beneath, (before, after) -> compare(diff, before, after))));
    }

    /** Where the driver has a list of changes, nothing but these are compared. */
    private static List<Change> compare(Optional<LayerDiff> diff, OpenDirectory before, OpenDirectory after) {
        if (diff.isPresent() && diff.get() instanceof LayerDiff.Listed listed) {
            return TreeComparison.ofSome(
                    before,
                    after,
                    listed.changes().stream().map(LayerDiff.Change::path).toList());
        }
        return TreeComparison.of(Optional.of(before), after);
    }

    /** Where the driver keeps changes apart, only these are looked at. */
    private Optional<List<Change>> changesOfUpper(Optional<LayerDiff> diff, List<MountSpec> beneath) {
        if (diff.isEmpty() || !(diff.get() instanceof LayerDiff.Kept kept)) {
            return Optional.empty();
        }
        return dialect(kept.dialect()).flatMap(dialect -> {
            try (OpenDirectory upper = OpenDirectory.open(kept.directory())) {
                return views.beneath(beneath, before -> dialect.changes(Optional.of(before), upper));
            }
        });
    }

    private static Optional<UpperDirectory> dialect(WhiteoutDialect dialect) {
        return switch (dialect) {
            case OVERLAY -> Optional.of(UpperDirectory.TRUSTED);
            case OVERLAY_USERXATTR -> Optional.of(UpperDirectory.USER);
            case DIRECT, AUFS -> Optional.empty();
        };
    }
}
