package io.gantry.storage.devicemapper;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.spi.DriverException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.OutOfSpaceException;
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
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.storage.support.LayerCatalog;
import io.gantry.spi.storage.support.LayerRecord;
import io.gantry.spi.storage.support.MappedMounts;
import io.gantry.storage.devicemapper.LayerFiles.Fill;
import io.gantry.storage.devicemapper.ThinIds.Thin;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Every layer is a thin device with a file system: a snapshot of its parent's, or of the base device's. A view is a snapshot, too, so that several are mounted beside each other and a journal can be
 * replayed. Devices are active from {@link #mounts} until the layer is committed or removed, or the driver is closed.
 */
final class DevicemapperDriver implements StorageDriver {
    private static final System.Logger LOG = System.getLogger(DevicemapperDriver.class.getName());

    /** The note that names a layer's thin device. */
    static final String DEVICE = "device";

    private final Settings settings;
    private final LayerCatalog catalog;
    private final DmControl control;
    private final PoolSetup setup;
    private final ThinPool pool;
    private final ThinIds ids;
    private final ThinDevices devices;
    private final LayerFiles files;
    private final BaseDevice base;
    private final PoolReport report;
    private final DeviceChecker checker;
    private final MappedMounts mapped;
    private final Object cleaning = new Object();
    private final AtomicBoolean closed = new AtomicBoolean();

    private DevicemapperDriver(
            StorageContext context,
            Settings settings,
            LayerCatalog catalog,
            DmControl control,
            PoolSetup setup,
            String prefix) {
        this.settings = settings;
        this.catalog = catalog;
        this.control = control;
        this.setup = setup;
        Path root = context.root();
        pool = setup.open(settings.pool());
        ids = ThinIds.open(root);
        devices = new ThinDevices(control, new DeviceNodes(), pool, ids, prefix, settings.deferredRemoval());
        files = new LayerFiles(devices, PrivateMounts.open(context.runDirectory()), pool.zeroes());
        base = BaseDevice.open(root, devices, files, ids, settings);
        report = new PoolReport(
                pool,
                setup,
                settings,
                base,
                control.version(),
                control.targetVersion("thin-pool").orElse("unknown"));
        checker = new DeviceChecker(catalog, pool, settings, ids, devices, files, base, this::cleanup);
        mapped = new MappedMounts(this::mounts, () -> files.mappingObstacle(base.thin(), base.type()));
    }

    static DevicemapperDriver open(StorageContext context, Settings settings) {
        Path root = context.root();
        String attempted = "open devicemapper on " + root;
        LayerCatalog catalog = LayerCatalog.open(root);
        try {
            DmControl control = DmControl.open();
            try {
                return open(context, settings, catalog, control);
            } catch (RuntimeException e) {
                control.close();
                throw e;
            }
        } catch (KernelException e) {
            catalog.close();
            throw failure(attempted, e);
        } catch (RuntimeException e) {
            catalog.close();
            throw e;
        }
    }

    private static DevicemapperDriver open(
            StorageContext context, Settings settings, LayerCatalog catalog, DmControl control) {
        String prefix = ThinDevices.prefix(context.root());
        PoolSetup setup = new PoolSetup(control, new DeviceNodes(), prefix + "-pool", context.root());
        try {
            DevicemapperDriver driver = new DevicemapperDriver(context, settings, catalog, control, setup, prefix);
            driver.devices.removeStrays();
            driver.cleanup();
            return driver;
        } catch (RuntimeException e) {
            try {
                setup.close(settings.pool(), settings.deferredRemoval());
            } catch (RuntimeException again) {
                e.addSuppressed(again);
            }
            throw e;
        }
    }

    @Override
    public LayerInfo prepare(LayerId id, Optional<LayerId> parent, LayerOptions options) {
        String attempted = "prepare layer " + id;
        try (LayerCatalog.Draft draft = catalog.prepare(id, parent, options.labels())) {
            Thin origin = origin(parent, attempted);
            long bytes = sizeOf(attempted, options, origin);
            requireWritable(attempted);
            pool.requireFree(attempted, settings.minimumFree());
            return make(draft, origin, bytes, attempted);
        }
    }

    @Override
    public LayerInfo view(LayerId id, LayerId parent) {
        String attempted = "view layer " + parent + " as " + id;
        try (LayerCatalog.Draft draft = catalog.view(id, parent)) {
            Thin origin = origin(Optional.of(parent), attempted);
            requireWritable(attempted);
            return make(draft, origin, origin.bytes(), attempted);
        }
    }

    private void requireWritable(String attempted) {
        setup.requireRoom(settings.pool(), attempted);
        pool.requireWritable(attempted);
    }

    private LayerInfo make(LayerCatalog.Draft draft, Thin origin, long bytes, String attempted) {
        try {
            Thin thin = devices.create(draft.key(), Optional.of(origin), bytes);
            try {
                if (bytes > origin.bytes()) {
                    files.grow(thin);
                }
                return draft.with(Map.of(DEVICE, Integer.toString(thin.id()))).publish();
            } catch (RuntimeException e) {
                devices.abandon(thin, e);
                throw e;
            }
        } catch (DriverException e) {
            throw e instanceof OutOfSpaceException full ? outOfSpace(attempted, full) : e;
        } catch (KernelException e) {
            throw failure(attempted, e);
        }
    }

    /** A layer that was not mounted since the driver was opened may have a journal to replay. */
    @Override
    public LayerInfo commit(LayerId id, LayerId name) {
        String attempted = "commit layer " + id + " as " + name;
        try (LayerCatalog.Draft draft = catalog.commit(id, name)) {
            requireWritable(attempted);
            Thin thin = thin(draft.record(), attempted);
            if (!devices.isActive(thin.key())) {
                files.recover(thin);
            }
            Path device = devices.activate(thin);
            Map<String, String> notes = new HashMap<>(draft.record().attributes());
            notes.putAll(files.measure(thin).notes());
            BlockDevice.flush(device);
            LayerInfo info = draft.with(notes).publish();
            devices.retire(thin.key());
            return info;
        } catch (KernelException e) {
            throw failure(attempted, e);
        }
    }

    @Override
    public List<MountSpec> mounts(LayerId id) {
        LayerRecord layer = catalog.requireMountable(id);
        String attempted = "mount layer " + id;
        Thin thin = thin(layer, attempted);
        try {
            Path device = devices.keep(thin);
            boolean readOnly = layer.info().kind() == Kind.VIEW;
            return List.of(
                    MountSpec.of(base.type().type(), device.toString(), settings.mountOptions(base.type(), readOnly)));
        } catch (KernelException e) {
            throw activation(attempted, thin, e);
        }
    }

    @Override
    public Optional<LayerTarget> layerTarget(LayerId id) {
        catalog.requireActive(id, "apply a layer to " + id);
        return Optional.empty();
    }

    /** What the file system holds more than its parent's did when that was committed. */
    @Override
    public Usage usage(LayerId id) {
        String attempted = "measure layer " + id;
        LayerRecord layer = catalog.require(id, attempted);
        if (layer.info().kind() == Kind.VIEW) {
            return new Usage(0, 0);
        }
        try {
            Fill own = fill(layer, attempted);
            List<LayerRecord> beneath = catalog.ancestors(layer);
            Fill parent = beneath.isEmpty() ? base.fill() : fill(beneath.get(0), attempted);
            return new Usage(Math.max(0, own.bytes() - parent.bytes()), Math.max(0, own.inodes() - parent.inodes()));
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
        String attempted = "remove layer " + id;
        try {
            Optional<LayerRecord> layer = catalog.find(id);
            if (layer.isPresent()
                    && !settings.deferredDeletion()
                    && devices.isInUse(layer.get().key())) {
                throw new FailedPreconditionException(new Problem(
                        attempted,
                        "its device " + devices.name(layer.get().key())
                                + " is in use, and dm.use_deferred_deletion is off",
                        "unmount it, or start with --storage-opt dm.use_deferred_deletion=true"));
            }
            catalog.remove(id).ifPresent(removed -> devices.retire(removed.key()));
        } catch (KernelException e) {
            throw failure(attempted, e);
        }
    }

    @Override
    public void cleanup() {
        synchronized (cleaning) {
            catalog.force();
            for (Thin thin : orphans()) {
                try {
                    if (!devices.delete(thin, settings.discard())) {
                        LOG.log(Level.INFO, "thin device {0} is still in use and is deleted later", thin.id());
                    }
                } catch (KernelException | DriverException e) {
                    LOG.log(
                            Level.WARNING,
                            "thin device " + thin.id() + " could not be deleted and stays until the next attempt",
                            e);
                }
            }
            try {
                devices.sweep();
            } catch (KernelException e) {
                LOG.log(Level.WARNING, "device nodes could not be removed and stay until the next attempt", e);
            }
        }
    }

    @Override
    public List<StatusRow> status() {
        try {
            return Stream.concat(report.rows(orphans().size()).stream(), Stream.of(mapped.row()))
                    .toList();
        } catch (KernelException e) {
            throw failure("read the state of thin pool " + pool.name(), e);
        }
    }

    @Override
    public List<String> warnings() {
        return report.warnings();
    }

    @Override
    public <T extends StorageCapability> Optional<T> capability(Class<T> type) {
        if (type == IdMapper.class) {
            return mapped.asCapability().map(type::cast);
        }
        return type.isInstance(checker) ? Optional.of(type.cast(checker)) : Optional.empty();
    }

    /** Devices that are in use go when their last user closes them, and the pool with the last of them. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try (catalog;
                control) {
            for (Thin thin : ids.all()) {
                try {
                    if (devices.isActive(thin.key())) {
                        devices.retire(thin.key());
                    }
                } catch (KernelException e) {
                    LOG.log(Level.WARNING, "device " + devices.name(thin.key()) + " stays active", e);
                }
            }
            devices.sweep();
            setup.close(settings.pool(), settings.deferredRemoval());
        } catch (KernelException e) {
            LOG.log(Level.WARNING, "thin pool " + pool.name() + " stays active", e);
        }
    }

    /** Devices that no layer has. Taken in this order, since a layer's key is taken before its device is made. */
    private List<Thin> orphans() {
        List<Thin> all = ids.all();
        Set<String> known = Stream.concat(catalog.keys().stream(), Stream.of(BaseDevice.KEY))
                .collect(Collectors.toSet());
        return all.stream().filter(thin -> !known.contains(thin.key())).toList();
    }

    private Thin origin(Optional<LayerId> parent, String attempted) {
        return parent.isEmpty() ? base.thin() : thin(catalog.require(parent.get(), attempted), attempted);
    }

    private Thin thin(LayerRecord layer, String attempted) {
        return devices.find(layer.key())
                .orElseThrow(() -> new IoFailureException(new Problem(
                        attempted,
                        "the record of thin device " + layer.attribute(DEVICE).orElse("of layer " + layer.id())
                                + " is missing",
                        "run: gantry check")));
    }

    private Fill fill(LayerRecord layer, String attempted) {
        return Fill.of(layer.attributes()).orElseGet(() -> files.measure(thin(layer, attempted)));
    }

    private static long sizeOf(String attempted, LayerOptions options, Thin origin) {
        if (!options.declares(DmOptions.LAYER_SIZE)) {
            return origin.bytes();
        }
        long bytes = options.options().size(DmOptions.LAYER_SIZE).orElseThrow() / 4096 * 4096;
        if (bytes < origin.bytes()) {
            throw new UnsupportedException(new Problem(
                    attempted,
                    "devmapper: Container size cannot be smaller than " + Sizes.human(origin.bytes()),
                    "give a larger --storage-opt size, or leave it out"));
        }
        return bytes;
    }

    private static DriverException outOfSpace(String attempted, OutOfSpaceException full) {
        Problem problem = full.problem();
        return problem.attempted().equals(attempted)
                ? full
                : new OutOfSpaceException(
                        new Problem(
                                attempted, "cannot " + problem.attempted() + ": " + problem.reason(), problem.remedy()),
                        full);
    }

    private DriverException activation(String attempted, Thin thin, KernelException e) {
        if (e.is(Errno.ENODATA)) {
            return new IoFailureException(
                    new Problem(
                            attempted,
                            "thin pool " + pool.name() + " has no device " + thin.id() + ": " + e.getMessage(),
                            "run: gantry check"),
                    e);
        }
        return failure(attempted, e);
    }

    private static DriverException failure(String attempted, KernelException e) {
        return IoFailures.of(attempted, e.errno().name(), e.getMessage(), e);
    }
}
