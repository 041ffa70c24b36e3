package io.gantry.storage.vfs;

import io.gantry.linux.FileData;
import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.linux.MappedOwners;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.ProjectQuota;
import io.gantry.linux.TreeCopy;
import io.gantry.linux.TreeUsage;
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
import io.gantry.spi.storage.support.LayerQuotas;
import io.gantry.spi.storage.support.LayerRecord;
import io.gantry.spi.storage.support.MappedMounts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code ROOT/layers/KEY/fs} is a layer's whole content. A view is a read-only look at its parent's directory and has none of its own.
 *
 * <p>A layer counts from the moment its record is written; before that its copy has been put on disk, so neither a kill nor a power cut leaves half a copy that looks whole.
 */
final class VfsDriver implements StorageDriver, DirectoryChecker.Layout {
    /** Docker's words. */
    static final String NO_QUOTAS = "Filesystem does not support, or has not enabled quotas";

    private static final String CONTENT = "fs";

    private final StorageContext context;
    private final LayerCatalog catalog;
    private final LayerDirectories directories;
    private final DirectoryChecker checker;
    private final MappedMounts mapped;
    private final Optional<LayerQuotas> quotas;
    private final String backing;
    private final FileData.Method method;

    private VfsDriver(
            StorageContext context,
            LayerCatalog catalog,
            LayerDirectories directories,
            Optional<LayerQuotas> quotas,
            String backing,
            FileData.Method method) {
        this.context = context;
        this.catalog = catalog;
        this.directories = directories;
        this.quotas = quotas;
        this.backing = backing;
        this.method = method;
        checker = new DirectoryChecker(catalog, directories, this, this::remove);
        mapped = new MappedMounts(this::mounts, () -> MappedOwners.obstacle(context.root()));
    }

    static VfsDriver open(StorageContext context) {
        Path root = context.root();
        LayerCatalog catalog = LayerCatalog.open(root);
        try {
            boolean enforced = ProjectQuota.of(root).isEnforced();
            if (!enforced && context.options().isGiven(VfsProvider.DAEMON_SIZE)) {
                throw new UnsupportedException(
                        new Problem("open vfs on " + root, VfsProvider.SIZE_IN_VAIN, VfsProvider.SIZE_REMEDY));
            }
            return new VfsDriver(
                    context,
                    catalog,
                    LayerDirectories.open(root, catalog.keys()),
                    enforced ? Optional.of(new LayerQuotas(catalog, new Projects(root))) : Optional.empty(),
                    FileSystems.info(root).name(),
                    CopyMethod.of(root));
        } catch (KernelException e) {
            catalog.close();
            throw failure("open " + root, e);
        } catch (RuntimeException e) {
            catalog.close();
            throw e;
        }
    }

    @Override
    public LayerInfo prepare(LayerId id, Optional<LayerId> parent, LayerOptions options) {
        Optional<Long> size = sizeOf(id, options);
        try (LayerCatalog.Draft draft = catalog.prepare(id, parent, options.labels())) {
            Path directory = directories.create(draft.key());
            Map<String, String> notes = Map.of();
            try {
                if (quotas.isPresent()) {
                    notes = quotas.get().begin(directory, size);
                }
                fill(directory, parent.map(base -> catalog.require(base, "prepare layer " + id)));
                return draft.with(notes).publish();
            } catch (KernelException e) {
                abandon(draft.key(), notes, e);
                throw failure("prepare layer " + id, e);
            } catch (RuntimeException e) {
                abandon(draft.key(), notes, e);
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
            FileSystems.sync(content(draft.key()));
            return draft.publish();
        } catch (KernelException e) {
            throw failure("commit layer " + id + " as " + name, e);
        }
    }

    @Override
    public List<MountSpec> mounts(LayerId id) {
        LayerRecord layer = catalog.requireMountable(id);
        if (layer.info().kind() == Kind.ACTIVE) {
            return List.of(MountSpec.bind(content(layer.key()), false));
        }
        LayerRecord parent = catalog.ancestors(layer).get(0);
        return List.of(MountSpec.bind(content(parent.key()), true));
    }

    @Override
    public Optional<LayerTarget> layerTarget(LayerId id) {
        LayerRecord layer = catalog.requireActive(id, "apply a layer to " + id);
        return Optional.of(new LayerTarget(content(layer.key()), WhiteoutDialect.DIRECT, List.of()));
    }

    /** All of the copy: that is what the layer takes. */
    @Override
    public Usage usage(LayerId id) {
        String attempted = "measure layer " + id;
        LayerRecord layer = catalog.require(id, attempted);
        if (layer.info().kind() == Kind.VIEW) {
            return new Usage(0, 0);
        }
        try (OpenDirectory content = OpenDirectory.open(content(layer.key()))) {
            TreeUsage usage = TreeUsage.of(content);
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
        directories.emptyTrash(VfsDriver::delete);
    }

    @Override
    public List<StatusRow> status() {
        return List.of(
                new StatusRow("Backing Filesystem", backing),
                new StatusRow("Copy Method", CopyMethod.nameOf(method)),
                new StatusRow("Supports quotas", Boolean.toString(quotas.isPresent())),
                mapped.row());
    }

    @Override
    public <T extends StorageCapability> Optional<T> capability(Class<T> type) {
        if (type == IdMapper.class) {
            return mapped.asCapability().map(type::cast);
        }
        return Stream.concat(Stream.of(checker), quotas.stream())
                .filter(type::isInstance)
                .map(type::cast)
                .findFirst();
    }

    @Override
    public List<Path> parts(LayerRecord layer) {
        return List.of(content(layer.key()));
    }

    /** Every layer is whole. */
    @Override
    public boolean needsParent(LayerRecord layer) {
        return false;
    }

    @Override
    public void close() {
        catalog.close();
    }

    private void fill(Path directory, Optional<LayerRecord> parent) {
        try (OpenDirectory layer = OpenDirectory.open(directory)) {
            layer.makeDirectory(CONTENT, 0755);
            layer.changeMode(CONTENT, 0755);
            if (parent.isPresent()) {
                try (OpenDirectory from =
                                OpenDirectory.open(content(parent.get().key()));
                        OpenDirectory to = layer.directory(CONTENT)) {
                    TreeCopy.of(from, to, layer);
                }
                FileSystems.sync(directory);
            }
        }
    }

    private Optional<Long> sizeOf(LayerId id, LayerOptions options) {
        if (!options.declares(VfsProvider.LAYER_SIZE)) {
            return quotas.isPresent() ? context.options().size(VfsProvider.DAEMON_SIZE) : Optional.empty();
        }
        if (quotas.isEmpty()) {
            throw new UnsupportedException(new Problem(
                    "limit layer " + id + " to "
                            + options.options().string(VfsProvider.LAYER_SIZE).orElse(""),
                    NO_QUOTAS,
                    "put the data root on xfs mounted with pquota, or leave --storage-opt size out"));
        }
        return options.options().size(VfsProvider.LAYER_SIZE);
    }

    private void abandon(String key, Map<String, String> notes, RuntimeException failure) {
        try {
            quotas.ifPresent(control -> control.end(notes));
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
        directories.discard(key, failure);
    }

    private Path content(String key) {
        return directories.of(key).resolve(CONTENT);
    }

    private static void delete(Path tree) {
        try (OpenDirectory trash = OpenDirectory.open(tree.getParent())) {
            trash.removeTree(tree.getFileName().toString());
        }
    }

    private static RuntimeException failure(String attempted, KernelException e) {
        return IoFailures.of(attempted, e.errno().name(), e.getMessage(), e);
    }
}
