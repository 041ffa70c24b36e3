package io.gantry.storage.overlay2;

import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.linux.MappedOwners;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.TreeUsage;
import io.gantry.spi.DriverException;
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
import io.gantry.spi.storage.Rebaser;
import io.gantry.spi.storage.StorageCapability;
import io.gantry.spi.storage.StorageContext;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.Usage;
import io.gantry.spi.storage.support.DirectoryChecker;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.storage.support.LayerCatalog;
import io.gantry.spi.storage.support.LayerDirectories;
import io.gantry.spi.storage.support.LayerQuotas;
import io.gantry.spi.storage.support.LayerRecord;
import io.gantry.spi.storage.support.MappedMounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Layers stacked by overlayfs. A layer's directory holds nothing of its parents, so that layers may be made side by side and put in order by {@link Rebaser}. Where there is nothing to
 * stack, the directory is bound: an active layer without parent, a view of a single layer.
 */
final class Overlay2Driver implements StorageDriver, Rebaser, NativeDiffer {
    /** Docker's words. */
    static final String NO_QUOTAS = "--storage-opt is supported only for overlay over xfs with 'pquota' mount option";

    /** {@code OVL_MAX_STACK} of the kernel's overlayfs. */
    private static final int MOST_LOWERS = 500;

    private static final String VOLATILE = "volatile";

    private final StorageContext context;
    private final Decision.Taken decision;
    private final LayerCatalog catalog;
    private final LayerDirectories directories;
    private final LayerLayout layout;
    private final DirectoryChecker checker;
    private final MappedMounts mapped;
    private final Optional<LayerQuotas> quotas;

    private Overlay2Driver(
            StorageContext context, Decision.Taken decision, LayerCatalog catalog, LayerDirectories directories) {
        this.context = context;
        this.decision = decision;
        this.catalog = catalog;
        this.directories = directories;
        layout = new LayerLayout(directories);
        checker = new DirectoryChecker(catalog, directories, layout, this::remove);
        mapped = new MappedMounts(this::mounts, this::tryMappedOwners);
        quotas = decision.quotas()
                ? Optional.of(new LayerQuotas(catalog, new Projects(context.root())))
                : Optional.empty();
    }

    static Overlay2Driver open(StorageContext context) {
        LayerCatalog catalog = LayerCatalog.open(context.root());
        try {
            LayerDirectories directories = LayerDirectories.open(context.root(), catalog.keys());
            Decision decision = Overlay2Provider.decide(context);
            if (decision instanceof Decision.Taken taken) {
                return new Overlay2Driver(context, taken, catalog, directories);
            }
            Decision.Refused refused = (Decision.Refused) decision;
            throw new UnsupportedException(new Problem(
                    "open overlay2 on " + context.root(),
                    refused.why().detail(),
                    refused.why().remedy()));
        } catch (RuntimeException e) {
            catalog.close();
            throw e;
        }
    }

    @Override
    public LayerInfo prepare(LayerId id, Optional<LayerId> parent, LayerOptions options) {
        String attempted = "prepare layer " + id;
        Optional<Long> size = sizeOf(id, options);
        try (LayerCatalog.Draft draft = catalog.prepare(id, parent, options.labels())) {
            refuseTooDeep(draft.record(), attempted);
            Map<String, String> notes = new HashMap<>();
            if (isVolatile(options)) {
                notes.put(VOLATILE, "true");
            }
            try {
                Path directory = directories.create(draft.key());
                quotas.ifPresent(control -> notes.putAll(control.begin(directory, size)));
                layout.create(draft.key());
                if (parent.isPresent()) {
                    layout.inheritRoot(
                            draft.key(),
                            catalog.require(parent.get(), attempted).key());
                }
                return draft.with(notes).publish();
            } catch (KernelException e) {
                abandon(draft.key(), notes, e);
                throw failure(attempted, e);
            } catch (RuntimeException e) {
                abandon(draft.key(), notes, e);
                throw e;
            }
        }
    }

    @Override
    public LayerInfo view(LayerId id, LayerId parent) {
        try (LayerCatalog.Draft draft = catalog.view(id, parent)) {
            refuseTooDeep(draft.record(), "view layer " + parent + " as " + id);
            return draft.publish();
        }
    }

    @Override
    public LayerInfo commit(LayerId id, LayerId name) {
        try (LayerCatalog.Draft draft = catalog.commit(id, name)) {
            FileSystems.sync(layout.diff(draft.key()));
            return draft.publish();
        } catch (KernelException e) {
            throw failure("commit layer " + id + " as " + name, e);
        }
    }

    /** A layer whose archive said nothing of its root directory takes the attributes of the one beneath, as it would have had it been prepared there. */
    @Override
    public LayerInfo commitOnto(LayerId id, LayerId name, LayerId parent) {
        String attempted = "commit layer " + id + " as " + name + " onto " + parent;
        try (LayerCatalog.Draft draft = catalog.commitOnto(id, name, parent)) {
            refuseTooDeep(draft.record(), attempted);
            if (layout.hasPlainRoot(draft.key())) {
                layout.inheritRoot(
                        draft.key(), catalog.require(parent, attempted).key());
            }
            FileSystems.sync(layout.diff(draft.key()));
            return draft.publish();
        } catch (KernelException e) {
            throw failure(attempted, e);
        }
    }

    @Override
    public List<MountSpec> mounts(LayerId id) {
        LayerRecord layer = catalog.requireMountable(id);
        boolean active = layer.info().kind() == Kind.ACTIVE;
        List<LayerRecord> lowers = catalog.ancestors(layer);
        if (active && lowers.isEmpty()) {
            return List.of(MountSpec.bind(layout.diff(layer.key()), false));
        }
        if (!active && lowers.size() == 1) {
            return List.of(MountSpec.bind(layout.diff(lowers.get(0).key()), true));
        }
        List<String> options = new ArrayList<>();
        for (LayerRecord lower : lowers) {
            options.add("lowerdir+=" + layout.diff(lower.key()));
        }
        if (active) {
            options.add("upperdir=" + layout.diff(layer.key()));
            options.add("workdir=" + layout.work(layer.key()));
            if (layer.attribute(VOLATILE).isPresent()) {
                forgetVolatileMount(layer);
                options.add("volatile");
            }
        } else {
            options.add("ro");
        }
        options.addAll(decision.mountOptions());
        return List.of(MountSpec.of("overlay", "overlay", options));
    }

    @Override
    public Optional<LayerTarget> layerTarget(LayerId id) {
        LayerRecord layer = catalog.requireActive(id, "apply a layer to " + id);
        List<Path> parents = catalog.ancestors(layer).stream()
                .map(parent -> layout.diff(parent.key()))
                .toList();
        return Optional.of(new LayerTarget(layout.diff(layer.key()), decision.dialect(), parents));
    }

    /** Nothing where this kernel leaves marks in upper directories that are not the layer's own changes. */
    @Override
    public Optional<LayerDiff> diff(LayerId id) {
        LayerRecord layer = catalog.requireChanges(id);
        return decision.nativeDiff()
                ? Optional.of(new LayerDiff.Kept(layout.diff(layer.key()), decision.dialect()))
                : Optional.empty();
    }

    @Override
    public Usage usage(LayerId id) {
        String attempted = "measure layer " + id;
        LayerRecord layer = catalog.require(id, attempted);
        if (layer.info().kind() == Kind.VIEW) {
            return new Usage(0, 0);
        }
        try (OpenDirectory diff = OpenDirectory.open(layout.diff(layer.key()))) {
            TreeUsage usage = TreeUsage.of(diff);
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
            quotas.ifPresent(control -> control.end(layer.attributes()));
            if (layer.info().kind() != Kind.VIEW) {
                directories.discard(layer.key());
            }
        });
    }

    @Override
    public void cleanup() {
        catalog.force();
        directories.emptyTrash(Overlay2Driver::delete);
    }

    @Override
    public List<StatusRow> status() {
        return decision.rows(mapped.row());
    }

    @Override
    public <T extends StorageCapability> Optional<T> capability(Class<T> type) {
        if (type == IdMapper.class) {
            return mapped.asCapability().map(type::cast);
        }
        return Stream.concat(Stream.of(this, checker), quotas.stream())
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst();
    }

    @Override
    public void close() {
        catalog.close();
    }

    private void refuseTooDeep(LayerRecord layer, String attempted) {
        int lowers = catalog.ancestors(layer).size();
        if (lowers > MOST_LOWERS) {
            throw new UnsupportedException(new Problem(
                    attempted,
                    "max depth exceeded: it would stand on " + lowers + " layers, and overlay stacks " + MOST_LOWERS,
                    "build the image with fewer layers, or squash it"));
        }
    }

    private Optional<Long> sizeOf(LayerId id, LayerOptions options) {
        if (!options.declares(Overlay2Provider.LAYER_SIZE)) {
            return quotas.isPresent() ? context.options().size(Overlay2Provider.DAEMON_SIZE) : Optional.empty();
        }
        if (quotas.isEmpty()) {
            throw new UnsupportedException(new Problem(
                    "limit layer " + id + " to "
                            + options.options()
                                    .string(Overlay2Provider.LAYER_SIZE)
                                    .orElse(""),
                    NO_QUOTAS,
                    "mount the data root's xfs with pquota, or leave --storage-opt size out"));
        }
        return options.options().size(Overlay2Provider.LAYER_SIZE);
    }

    private boolean isVolatile(LayerOptions options) {
        return options.declares(Overlay2Provider.LAYER_VOLATILE)
                ? options.options().flag(Overlay2Provider.LAYER_VOLATILE)
                : context.options().flag(Overlay2Provider.DAEMON_VOLATILE);
    }

    private void forgetVolatileMount(LayerRecord layer) {
        try {
            layout.forgetVolatileMount(layer.key());
        } catch (KernelException e) {
            throw failure("mount layer " + layer.id() + " again after a volatile mount", e);
        }
    }

    private void abandon(String key, Map<String, String> notes, RuntimeException failure) {
        try {
            quotas.ifPresent(control -> control.end(notes));
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
        directories.discard(key, failure);
    }

    private Optional<String> tryMappedOwners() {
        Path root = context.root();
        try {
            Path scratch = Files.createTempDirectory(root, LayerDirectories.TRIAL);
            try {
                return MappedOwners.overlayObstacle(scratch, decision.mountOptions());
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

    private static DriverException failure(String attempted, KernelException e) {
        return IoFailures.of(attempted, e.errno().name(), e.getMessage(), e);
    }
}
