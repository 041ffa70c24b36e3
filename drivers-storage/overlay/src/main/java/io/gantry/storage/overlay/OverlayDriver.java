package io.gantry.storage.overlay;

import io.gantry.linux.Errno;
import io.gantry.linux.FileSystemInfo;
import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.linux.MappedOwners;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.TreeUsage;
import io.gantry.spi.DriverException;
import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.Probe;
import io.gantry.spi.Problem;
import io.gantry.spi.StatusRow;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.IdMapper;
import io.gantry.spi.storage.LayerDiff;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerInfo.Kind;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.MountSpec;
import io.gantry.spi.storage.NativeDiffer;
import io.gantry.spi.storage.StorageCapability;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.Usage;
import io.gantry.spi.storage.WhiteoutDialect;
import io.gantry.spi.storage.support.DirectoryChecker;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.storage.support.LayerCatalog;
import io.gantry.spi.storage.support.LayerDirectories;
import io.gantry.spi.storage.support.LayerRecord;
import io.gantry.spi.storage.support.MappedMounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A committed layer is a whole tree whose files are hard links to those of its parent where they are the same. A container is one overlay mount on such a tree.
 *
 * <p>A layer's changes become a tree when it is committed: the tree is put on disk before the record says so, and the changes are discarded after, so that neither a kill nor a power cut loses
 * one without having the other.
 */
final class OverlayDriver implements StorageDriver, NativeDiffer {
    static final String DEPRECATED =
            "WARNING: the overlay storage-driver is deprecated: it takes an inode for every directory of every image layer, and Docker has removed it. Use overlay2 instead.";

    private static final System.Logger LOG = System.getLogger(OverlayDriver.class.getName());
    private static final String BYTES = "usage.bytes";
    private static final String INODES = "usage.inodes";

    private final StorageContext context;
    private final Trial.Outcome trial;
    private final LayerCatalog catalog;
    private final LayerDirectories directories;
    private final LayerLayout layout;
    private final DirectoryChecker checker;
    private final MappedMounts mapped;

    private OverlayDriver(
            StorageContext context, Trial.Outcome trial, LayerCatalog catalog, LayerDirectories directories) {
        this.context = context;
        this.trial = trial;
        this.catalog = catalog;
        this.directories = directories;
        layout = new LayerLayout(directories);
        checker = new DirectoryChecker(catalog, directories, layout, this::remove);
        mapped = new MappedMounts(this::mounts, this::tryMappedOwners);
    }

    static OverlayDriver open(StorageContext context) {
        LayerCatalog catalog = LayerCatalog.open(context.root());
        try {
            LayerDirectories directories = LayerDirectories.open(context.root(), catalog.keys());
            Trial.Outcome trial = OverlayProvider.tryOut(context);
            if (trial.probe() instanceof Probe.Unsupported refused) {
                throw new UnsupportedException(
                        new Problem("open overlay on " + context.root(), refused.detail(), refused.remedy()));
            }
            OverlayDriver driver = new OverlayDriver(context, trial, catalog, directories);
            driver.tidy();
            return driver;
        } catch (RuntimeException e) {
            catalog.close();
            throw e;
        }
    }

    @Override
    public LayerInfo prepare(LayerId id, Optional<LayerId> parent, LayerOptions options) {
        String attempted = "prepare layer " + id;
        try (LayerCatalog.Draft draft = catalog.prepare(id, parent, options.labels())) {
            try {
                directories.create(draft.key());
                if (parent.isPresent()) {
                    layout.createOn(catalog.require(parent.get(), attempted).key(), draft.key());
                } else {
                    layout.createWithoutParent(draft.key());
                }
                return draft.publish();
            } catch (KernelException e) {
                DriverException failure = failureOfNew(attempted, e);
                directories.discard(draft.key(), failure);
                throw failure;
            } catch (RuntimeException e) {
                directories.discard(draft.key(), e);
                throw e;
            }
        }
    }

    @Override
    public LayerInfo view(LayerId id, LayerId parent) {
        try (LayerCatalog.Draft draft = catalog.view(id, parent)) {
            return draft.publish();
        }
    }

    @Override
    public LayerInfo commit(LayerId id, LayerId name) {
        String attempted = "commit layer " + id + " as " + name;
        LayerInfo committed;
        try (LayerCatalog.Draft draft = catalog.commit(id, name)) {
            LayerRecord active = catalog.require(id, attempted);
            try {
                draft.record().info().parent().ifPresent(parent -> flatten(draft, catalog.require(parent, attempted)));
                FileSystems.sync(layout.root(draft.key()));
                committed = draft.publish();
            } catch (KernelException e) {
                DriverException failure = failureOfNew(attempted, e);
                undoFlattening(active, failure);
                throw failure;
            } catch (RuntimeException e) {
                undoFlattening(active, e);
                throw e;
            }
        }
        discardChanges(catalog.require(name, attempted));
        return committed;
    }

    @Override
    public List<MountSpec> mounts(LayerId id) {
        LayerRecord layer = catalog.requireMountable(id);
        if (layer.info().parent().isEmpty()) {
            return List.of(MountSpec.bind(layout.root(layer.key()), false));
        }
        Path beneath = layout.root(catalog.ancestors(layer).get(0).key());
        if (layer.info().kind() == Kind.VIEW) {
            return List.of(MountSpec.bind(beneath, true));
        }
        List<String> options = new ArrayList<>();
        options.add("lowerdir+=" + beneath);
        options.add("upperdir=" + layout.upper(layer.key()));
        options.add("workdir=" + layout.work(layer.key()));
        options.addAll(trial.mountOptions());
        return List.of(MountSpec.of("overlay", "overlay", options));
    }

    @Override
    public Optional<LayerTarget> layerTarget(LayerId id) {
        LayerRecord layer = catalog.requireActive(id, "apply a layer to " + id);
        Path directory = layout.written(layer);
        if (layer.info().parent().isEmpty()) {
            return Optional.of(new LayerTarget(directory, WhiteoutDialect.DIRECT, List.of()));
        }
        Path beneath = layout.root(catalog.ancestors(layer).get(0).key());
        return Optional.of(new LayerTarget(directory, WhiteoutDialect.OVERLAY, List.of(beneath)));
    }

    /** Of a committed layer what was found when its tree was made: the tree itself does not tell which files are the parent's. */
    @Override
    public Usage usage(LayerId id) {
        String attempted = "measure layer " + id;
        LayerRecord layer = catalog.require(id, attempted);
        if (layer.info().kind() == Kind.VIEW) {
            return new Usage(0, 0);
        }
        Optional<String> bytes = layer.attribute(BYTES);
        Optional<String> inodes = layer.attribute(INODES);
        if (bytes.isPresent() && inodes.isPresent()) {
            return new Usage(Long.parseLong(bytes.get()), Long.parseLong(inodes.get()));
        }
        try (OpenDirectory written = OpenDirectory.open(layout.written(layer))) {
            TreeUsage usage = TreeUsage.of(written);
            return new Usage(usage.bytes(), usage.inodes());
        } catch (KernelException e) {
            throw failure(attempted, e);
        }
    }

    @Override
    public Optional<LayerInfo> stat(LayerId id) {
        return catalog.find(id).map(LayerRecord::info);
    }

    @Override
    public List<LayerInfo> layers() {
        return catalog.list();
    }

    @Override
    public void remove(LayerId id) {
        catalog.remove(id, layer -> {
            if (layer.info().kind() != Kind.VIEW) {
                directories.discard(layer.key());
            }
        });
    }

    @Override
    public void cleanup() {
        catalog.force();
        directories.emptyTrash(OverlayDriver::delete);
    }

    /** An active layer's changes are kept apart; those of a committed one are where its tree has other files than its parent's. */
    @Override
    public Optional<LayerDiff> diff(LayerId id) {
        LayerRecord layer = catalog.requireChanges(id);
        if (layer.info().kind() == Kind.ACTIVE || layer.info().parent().isEmpty()) {
            return Optional.of(new LayerDiff.Kept(layout.written(layer), WhiteoutDialect.OVERLAY));
        }
        LayerRecord parent = catalog.ancestors(layer).get(0);
        try (OpenDirectory before = OpenDirectory.open(layout.root(parent.key()));
                OpenDirectory after = OpenDirectory.open(layout.root(layer.key()))) {
            return Optional.of(new LayerDiff.Listed(TreeChanges.between(before, after)));
        } catch (KernelException e) {
            throw failure("tell what layer " + id + " changes", e);
        }
    }

    /** Docker's two rows, then how near the inodes are to their end, which this driver brings about. */
    @Override
    public List<StatusRow> status() {
        List<StatusRow> rows = new ArrayList<>(List.of(
                new StatusRow("Backing Filesystem", trial.backing()),
                new StatusRow("Supports d_type", "true"),
                mapped.row()));
        try {
            FileSystemInfo info = FileSystems.info(context.root());
            if (info.totalInodes() > 0) {
                rows.add(new StatusRow("Backing Inodes", info.freeInodes() + " free of " + info.totalInodes()));
            }
        } catch (KernelException e) {
            throw failure("read the state of " + context.root(), e);
        }
        return List.copyOf(rows);
    }

    @Override
    public List<String> warnings() {
        return List.of(DEPRECATED);
    }

    @Override
    public <T extends StorageCapability> Optional<T> capability(Class<T> type) {
        if (type == IdMapper.class) {
            return mapped.asCapability().map(type::cast);
        }
        return Stream.of(this, checker).filter(type::isInstance).map(type::cast).findFirst();
    }

    @Override
    public void close() {
        catalog.close();
    }

    private void flatten(LayerCatalog.Draft draft, LayerRecord parent) {
        Flattening.Cost cost = layout.flatten(parent.key(), draft.key());
        draft.with(Map.of(BYTES, Long.toString(cost.bytes()), INODES, Long.toString(cost.inodes())));
    }

    private void undoFlattening(LayerRecord active, RuntimeException failure) {
        try {
            layout.tidy(active);
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** The commit has been made: what cannot be discarded now is, when the driver is opened the next time. */
    private void discardChanges(LayerRecord layer) {
        try {
            layout.tidy(layer);
        } catch (DriverException | KernelException e) {
            LOG.log(System.Logger.Level.WARNING, "changes of layer " + layer.id() + " could not be discarded", e);
        }
    }

    private void tidy() {
        for (LayerInfo layer : catalog.list()) {
            try {
                catalog.find(layer.id()).ifPresent(layout::tidy);
            } catch (KernelException e) {
                throw failure("tidy layer " + layer.id(), e);
            }
        }
    }

    private Optional<String> tryMappedOwners() {
        Path root = context.root();
        try {
            Path scratch = Files.createTempDirectory(root, LayerDirectories.TRIAL);
            try {
                return MappedOwners.overlayObstacle(scratch, trial.mountOptions());
            } finally {
                delete(scratch);
            }
        } catch (IOException e) {
            throw IoFailures.of("try mapped owners in " + root, e);
        } catch (KernelException e) {
            throw failure("try mapped owners in " + root, e);
        }
    }

    private static void delete(Path tree) {
        try (OpenDirectory trash = OpenDirectory.open(tree.getParent())) {
            trash.removeTree(tree.getFileName().toString());
        }
    }

    /** This driver uses inodes up long before space. */
    private DriverException failureOfNew(String attempted, KernelException e) {
        if (e.is(Errno.ENOSPC)) {
            FileSystemInfo info = FileSystems.info(context.root());
            if (info.totalInodes() > 0 && info.freeInodes() == 0) {
                return new OutOfSpaceException(
                        new Problem(
                                attempted,
                                "the file system beneath " + context.root() + " has none of its " + info.totalInodes()
                                        + " inodes left, and a layer of the overlay driver takes one for every directory",
                                "remove images or containers, or use --storage-driver overlay2, which takes them for"
                                        + " changes alone"),
                        e);
            }
        }
        return failure(attempted, e);
    }

    private static DriverException failure(String attempted, KernelException e) {
        return IoFailures.of(attempted, e.errno().name(), e.getMessage(), e);
    }
}
