package io.gantry.storage.zfs;

import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.linux.MappedOwners;
import io.gantry.spi.DriverException;
import io.gantry.spi.Problem;
import io.gantry.spi.StatusRow;
import io.gantry.spi.UnsupportedException;
import io.gantry.spi.storage.IdMapper;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A layer is a dataset, a clone of its parent's snapshot. A view shows the parent's snapshot and has no dataset.
 *
 * <p>A dataset that no record in the catalogue names is left over: from a layer that was removed, or one whose making was interrupted. {@link #cleanup} looks for those and destroys them, so
 * that one that is busy is tried again until it is gone, over restarts too.
 */
final class ZfsDriver implements StorageDriver {
    private static final System.Logger LOG = System.getLogger(ZfsDriver.class.getName());

    private final LayerCatalog catalog;
    private final LayerDatasets datasets;
    private final LayerLook look;
    private final LayerUsage usage;
    private final MappedMounts mapped;
    private final ZfsStatus status;
    private final List<StorageCapability> capabilities;
    private final Object sweeping = new Object();

    /** Keys of layers that are gone, whose datasets are not yet. */
    private final Set<String> removed = ConcurrentHashMap.newKeySet();

    /** There may be datasets to destroy. */
    private volatile boolean untidy = true;

    private ZfsDriver(StorageContext context, ZfsSetting.Taken setting, LayerCatalog catalog, LayerDatasets datasets) {
        this.catalog = catalog;
        this.datasets = datasets;
        look = new LayerLook(context.runDirectory().resolve("look"));
        usage = new LayerUsage(catalog, datasets, look);
        mapped = new MappedMounts(
                this::mounts,
                () -> look.at(
                        List.of(new LayerLook.Source(datasets.home(), true)),
                        places -> MappedOwners.obstacle(places.get(0))));
        status = new ZfsStatus(setting, datasets.home());
        capabilities = List.of(
                new ZfsQuotas(catalog, datasets),
                new ZfsDiffer(catalog, datasets, look),
                new ZfsChecker(catalog, datasets, removed, this::tidy));
    }

    static ZfsDriver open(StorageContext context) {
        String attempted = "open zfs on " + context.root();
        LayerCatalog catalog = LayerCatalog.open(context.root());
        try {
            ZfsSetting setting = ZfsSetting.of(context);
            if (setting instanceof ZfsSetting.Refused refused) {
                throw new UnsupportedException(new Problem(
                        attempted, refused.why().detail(), refused.why().remedy()));
            }
            ZfsSetting.Taken taken = (ZfsSetting.Taken) setting;
            LayerDatasets datasets = LayerDatasets.open(
                    taken.programs(),
                    context.root(),
                    taken.parent(),
                    catalog.keys().isEmpty());
            ZfsDriver driver = new ZfsDriver(context, taken, catalog, datasets);
            driver.destroyUnknown(datasets.found());
            return driver;
        } catch (ZfsFailure e) {
            catalog.close();
            throw e.as(attempted);
        } catch (KernelException e) {
            catalog.close();
            throw failure(attempted, e);
        } catch (RuntimeException e) {
            catalog.close();
            throw e;
        }
    }

    @Override
    public LayerInfo prepare(LayerId id, Optional<LayerId> parent, LayerOptions options) {
        String attempted = "prepare layer " + id;
        Optional<Long> size = options.declares(ZfsProvider.LAYER_SIZE)
                ? options.options().size(ZfsProvider.LAYER_SIZE)
                : Optional.empty();
        try (LayerCatalog.Draft draft = catalog.prepare(id, parent, options.labels())) {
            Optional<String> parentKey =
                    parent.map(base -> catalog.require(base, attempted).key());
            try {
                datasets.create(draft.key(), parentKey, size);
                return draft.publish();
            } catch (ZfsFailure e) {
                untidy = true;
                throw e.as(attempted);
            } catch (DriverException e) {
                untidy = true;
                datasets.destroy(List.of(draft.key())).values().forEach(e::addSuppressed);
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

    /** A snapshot has all that was written, except for what a mount that somebody still has keeps in memory; hence the flush. */
    @Override
    public LayerInfo commit(LayerId id, LayerId name) {
        String attempted = "commit layer " + id + " as " + name;
        try (LayerCatalog.Draft draft = catalog.commit(id, name)) {
            long objects = look.at(List.of(new LayerLook.Source(datasets.of(draft.key()), false)), places -> {
                FileSystems.sync(places.get(0));
                datasets.commit(draft.key());
                return LayerUsage.objects(places.get(0));
            });
            try {
                return draft.with(usage.notes(objects)).publish();
            } catch (DriverException e) {
                uncommit(draft.key(), e);
                throw e;
            }
        } catch (ZfsFailure e) {
            throw e.as(attempted);
        } catch (KernelException e) {
            throw failure(attempted, e);
        }
    }

    @Override
    public List<MountSpec> mounts(LayerId id) {
        LayerRecord layer = catalog.requireMountable(id);
        LayerLook.Source shown = shownBy(layer);
        return List.of(MountSpec.of("zfs", shown.name(), List.of(shown.readOnly() ? "ro" : "rw")));
    }

    /** A dataset's content can be reached only where it is mounted. */
    @Override
    public Optional<LayerTarget> layerTarget(LayerId id) {
        catalog.requireActive(id, "apply a layer to " + id);
        return Optional.empty();
    }

    @Override
    public Usage usage(LayerId id) {
        String attempted = "measure layer " + id;
        LayerRecord layer = catalog.require(id, attempted);
        try {
            return usage.of(layer);
        } catch (ZfsFailure e) {
            throw e.as(attempted);
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
            removed.add(layer.key());
            untidy = true;
        });
    }

    @Override
    public void cleanup() {
        if (untidy) {
            tidy();
        }
    }

    @Override
    public List<StatusRow> status() {
        try {
            List<StatusRow> rows = new ArrayList<>(status.rows());
            rows.add(mapped.row());
            return rows;
        } catch (KernelException e) {
            throw failure("look at " + datasets.home(), e);
        }
    }

    @Override
    public List<String> warnings() {
        return status.warnings();
    }

    @Override
    public <T extends StorageCapability> Optional<T> capability(Class<T> type) {
        if (type == IdMapper.class) {
            return mapped.asCapability().map(type::cast);
        }
        return capabilities.stream().filter(type::isInstance).map(type::cast).findFirst();
    }

    @Override
    public void close() {
        catalog.close();
    }

    /** What the layer's mount shows: of a view its parent's. */
    private LayerLook.Source shownBy(LayerRecord layer) {
        return switch (layer.info().kind()) {
            case ACTIVE -> new LayerLook.Source(datasets.of(layer.key()), false);
            case COMMITTED -> new LayerLook.Source(datasets.snapshotOf(layer.key()), true);
            case VIEW -> shownBy(catalog.ancestors(layer).get(0));
        };
    }

    private void tidy() {
        try {
            catalog.force();
            untidy = false;
            destroyUnknown(datasets.list());
        } catch (ZfsFailure | DriverException e) {
            untidy = true;
            LOG.log(
                    System.Logger.Level.WARNING,
                    "what was removed stays in " + datasets.home() + " until the next time",
                    e);
        }
    }

    /** Keys are asked for after the listing: a dataset's key is known before it is made, until its layer is removed. */
    private void destroyUnknown(List<LayerDataset> found) {
        synchronized (sweeping) {
            Set<String> known = catalog.keys();
            List<LayerDataset> unknown = new ArrayList<>(found);
            unknown.removeIf(dataset -> known.contains(dataset.key()));
            if (unknown.isEmpty()) {
                return;
            }
            Map<String, ZfsFailure> left = datasets.destroy(LayerDataset.clonesFirst(unknown));
            unknown.forEach(dataset -> removed.remove(dataset.key()));
            left.forEach((key, why) -> {
                removed.add(key);
                untidy = true;
                // What only waits for a clone that is named already needs no words of its own.
                boolean waits = why.is(ZfsFailure.Kind.IN_USE) && left.size() > 1;
                LOG.log(
                        waits ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                        "{0} belongs to no layer and stays until the next clean-up: {1}",
                        datasets.of(key),
                        why.getMessage());
            });
        }
    }

    private void uncommit(String key, DriverException failure) {
        try {
            datasets.uncommit(key);
        } catch (ZfsFailure e) {
            failure.addSuppressed(e);
        }
    }

    private static DriverException failure(String attempted, KernelException e) {
        return IoFailures.of(attempted, e.errno().name(), e.getMessage(), e);
    }
}
