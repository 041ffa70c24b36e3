package io.gantry.storage.btrfs;

import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.linux.MappedOwners;
import io.gantry.spi.DriverException;
import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.Probe;
import io.gantry.spi.Problem;
import io.gantry.spi.StatusRow;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.IdMapper;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerInfo.Kind;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.MountSpec;
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
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.Stream;

/**
 * Layers as subvolumes, each a snapshot of the one beneath. A committed layer's subvolume is read-only, as a second lock: the first is that nobody is given its mounts.
 *
 * <p>A layer counts from the moment its record is written, when its subvolume is there and on disk; a subvolume without record is left over.
 */
final class BtrfsDriver implements StorageDriver {
    private static final System.Logger LOG = System.getLogger(BtrfsDriver.class.getName());

    /** Notes in a committed layer's record: what it takes. */
    private static final String BYTES = "usage.bytes";

    private static final String INODES = "usage.inodes";

    private final Volume volume;
    private final LayerCatalog catalog;
    private final LayerDirectories directories;
    private final LayerLayout layout;
    private final QuotaGroups groups;
    private final LayerSizes sizes;
    private final SubvolumeRemoval removal;
    private final Flattening flattening;
    private final BtrfsStatus status;
    private final BtrfsChecker checker;
    private final GenerationDiffer differ;
    private final MappedMounts mapped;

    /** Held shared by commits, alone by who wants to see none half-way. */
    private final ReadWriteLock commits = new ReentrantReadWriteLock();

    private BtrfsDriver(StorageContext context, Volume volume, LayerCatalog catalog, LayerDirectories directories) {
        this.volume = volume;
        this.catalog = catalog;
        this.directories = directories;
        layout = new LayerLayout(directories);
        groups = new QuotaGroups(volume);
        sizes = new LayerSizes(catalog, layout, groups, context.options().size(BtrfsProvider.MIN_SPACE));
        removal = new SubvolumeRemoval(volume, groups);
        flattening = new Flattening(volume, directories, layout, groups);
        status = new BtrfsStatus(context.root(), volume, groups);
        DirectoryChecker found = new DirectoryChecker(catalog, directories, layout, this::remove);
        checker = new BtrfsChecker(catalog, layout, found, commits.writeLock(), this::remove);
        differ = new GenerationDiffer(volume, catalog, layout);
        mapped = new MappedMounts(this::mounts, () -> MappedOwners.obstacle(context.root()));
    }

    static BtrfsDriver open(StorageContext context) {
        Path root = context.root();
        LayerCatalog catalog = LayerCatalog.open(root);
        try {
            Optional<Probe.Unsupported> refused = BtrfsProvider.refusal(root);
            if (refused.isPresent()) {
                throw new UnsupportedException(new Problem(
                        "open btrfs on " + root,
                        refused.get().detail(),
                        refused.get().remedy()));
            }
            LayerDirectories directories = LayerDirectories.open(root, catalog.keys());
            BtrfsDriver driver = new BtrfsDriver(context, Volume.of(root), catalog, directories);
            driver.catalog.list().forEach(driver::mend);
            return driver;
        } catch (KernelException e) {
            catalog.close();
            throw failure("open btrfs on " + root, e);
        } catch (RuntimeException e) {
            catalog.close();
            throw e;
        }
    }

    @Override
    public LayerInfo prepare(LayerId id, Optional<LayerId> parent, LayerOptions options) {
        String attempted = "prepare layer " + id;
        Optional<Long> size = sizes.asked(id, options);
        try (LayerCatalog.Draft draft = catalog.prepare(id, parent, options.labels())) {
            String key = draft.key();
            try {
                directories.create(key);
                if (parent.isPresent()) {
                    layout.copy(catalog.require(parent.get(), attempted).key(), key);
                } else {
                    layout.create(key);
                }
                Subvolumes.Info made = layout.info(key);
                size.ifPresent(bytes -> sizes.begin(id, made.id(), bytes));
                return draft.with(Map.of(LayerLayout.BORN, Long.toString(parent.isPresent() ? made.born() : 0)))
                        .publish();
            } catch (KernelException e) {
                abandon(key, e);
                throw failure(attempted, e);
            } catch (OutOfSpaceException e) {
                abandon(key, e);
                throw new OutOfSpaceException(
                        new Problem(attempted, e.problem().reason(), e.problem().remedy()), e);
            } catch (RuntimeException e) {
                abandon(key, e);
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
        try (LayerCatalog.Draft draft = catalog.commit(id, name)) {
            FileSystems.sync(layout.content(draft.key()));
            commits.readLock().lock();
            try {
                if (flattening.isNeeded(draft.key())) {
                    flatten(draft.key());
                }
                Usage usage = measure(draft.record());
                long changed = layout.info(draft.key()).changed();
                Map<String, String> notes = new HashMap<>(draft.record().attributes());
                notes.put(BYTES, Long.toString(usage.bytes()));
                notes.put(INODES, Long.toString(usage.inodes()));
                notes.put(BtrfsChecker.CHANGED, Long.toString(changed));
                LayerInfo committed = draft.with(notes).publish();
                mend(committed);
                return committed;
            } finally {
                commits.readLock().unlock();
            }
        } catch (KernelException e) {
            throw failure("commit layer " + id + " as " + name, e);
        }
    }

    @Override
    public List<MountSpec> mounts(LayerId id) {
        LayerRecord layer = catalog.requireMountable(id);
        if (layer.info().kind() == Kind.ACTIVE) {
            return List.of(MountSpec.bind(layout.content(layer.key()), false));
        }
        LayerRecord parent = catalog.ancestors(layer).get(0);
        return List.of(MountSpec.bind(layout.content(parent.key()), true));
    }

    @Override
    public Optional<LayerTarget> layerTarget(LayerId id) {
        LayerRecord layer = catalog.requireActive(id, "apply a layer to " + id);
        return Optional.of(new LayerTarget(layout.content(layer.key()), WhiteoutDialect.DIRECT, List.of()));
    }

    /** What has been written since the snapshot; see {@link LayerSize}. */
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
        try {
            FileSystems.sync(layout.content(layer.key()));
            return measure(layer);
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
                discard(layer.key(), "remove layer " + id);
            }
        });
    }

    @Override
    public void cleanup() {
        catalog.force();
        removal.empty(directories);
    }

    @Override
    public List<StatusRow> status() {
        try {
            List<StatusRow> rows = new ArrayList<>(status.rows());
            rows.add(mapped.row());
            return rows;
        } catch (KernelException e) {
            throw failure("describe the btrfs driver's file system", e);
        }
    }

    @Override
    public <T extends StorageCapability> Optional<T> capability(Class<T> type) {
        if (type == IdMapper.class) {
            return mapped.asCapability().map(type::cast);
        }
        return Stream.<StorageCapability>of(sizes, checker, differ)
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst();
    }

    @Override
    public void close() {
        volume.close();
        catalog.close();
    }

    private void flatten(String key) {
        try {
            flattening.flatten(key);
        } catch (RuntimeException e) {
            abandon(Flattening.leftoverOf(key), e);
            throw e;
        }
        discard(Flattening.leftoverOf(key), "remove what a layer was before its subvolumes were made directories");
    }

    private Usage measure(LayerRecord layer) {
        long born = layer.attribute(LayerLayout.BORN).map(Long::valueOf).orElse(0L);
        return LayerSize.of(volume, layout.info(layer.key()).id(), born);
    }

    /** Makes the subvolume of a committed layer read-only and without limit, that of an active one writable, also if a kill or a full disk came between. */
    private void mend(LayerInfo layer) {
        if (layer.kind() == Kind.VIEW) {
            return;
        }
        try {
            String key = catalog.require(layer.id(), "seal layer " + layer.id()).key();
            layout.setReadOnly(key, layer.kind() == Kind.COMMITTED);
            if (layer.kind() == Kind.COMMITTED) {
                groups.lift(layout.info(key).id());
            }
        } catch (KernelException e) {
            LOG.log(Level.WARNING, "layer " + layer.id() + " could not be made as its state wants it", e);
        }
    }

    /** A rename needs free space, a deletion does not. */
    private void discard(String key, String attempted) {
        try {
            directories.discard(key);
        } catch (OutOfSpaceException full) {
            try {
                removal.destroyWithin(directories.of(key));
                removal.finish(directories.of(key));
            } catch (KernelException e) {
                throw failure(attempted, e);
            }
        }
    }

    private void abandon(String key, RuntimeException failure) {
        try {
            discard(key, "remove what was made so far");
        } catch (DriverException e) {
            failure.addSuppressed(e);
        }
    }

    private static DriverException failure(String attempted, KernelException e) {
        return IoFailures.of(attempted, e.errno().name(), e.getMessage(), e);
    }
}
