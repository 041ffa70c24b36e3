package com.example.gantry;

import com.fasterxml.jackson.core.json.PackageVersion;
import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.linux.TreeCopy;
import io.gantry.linux.TreeUsage;
import io.gantry.spi.StatusRow;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.LayerInfo.Kind;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.LayerTarget;
import io.gantry.spi.storage.MountSpec;
import io.gantry.spi.storage.StorageCapability;
import io.gantry.spi.storage.StorageDriver;
import io.gantry.spi.storage.Usage;
import io.gantry.spi.storage.WhiteoutDialect;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.storage.support.LayerCatalog;
import io.gantry.spi.storage.support.LayerDirectories;
import io.gantry.spi.storage.support.LayerRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Keeps the whole content of each layer in {@code ROOT/layers/KEY/fs}; a view shows its parent's directory. The SPI's {@link LayerCatalog} knows the rules of who may
 * become what and survives a crash; what is left to do here is to copy, to flush and to name the mounts.
 */
final class CopydirDriver implements StorageDriver {
    private static final String CONTENT = "fs";

    private final LayerCatalog catalog;
    private final LayerDirectories directories;
    private final String backing;

    private CopydirDriver(LayerCatalog catalog, LayerDirectories directories, String backing) {
        this.catalog = catalog;
        this.directories = directories;
        this.backing = backing;
    }

    static CopydirDriver open(Path root) {
        LayerCatalog catalog = LayerCatalog.open(root);
        try {
            LayerDirectories directories = LayerDirectories.open(root, catalog.keys());
            return new CopydirDriver(
                    catalog, directories, FileSystems.info(root).name());
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
        String attempted = "prepare layer " + id;
        try (LayerCatalog.Draft draft = catalog.prepare(id, parent, options.labels())) {
            Path directory = directories.create(draft.key());
            try {
                fill(directory, parent.map(base -> catalog.require(base, attempted)));
                return draft.publish();
            } catch (KernelException e) {
                directories.discard(draft.key(), e);
                throw failure(attempted, e);
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
        try (LayerCatalog.Draft draft = catalog.commit(id, name)) {
            return commit(draft, directories.of(draft.key()));
        } catch (KernelException e) {
            throw failure("commit layer " + id + " as " + name, e);
        }
    }

    /** A committed layer does not change any more: count once, keep the figure. */
    private LayerInfo commit(LayerCatalog.Draft draft, Path directory) {
        try {
            UsageFile.write(directory, measure(draft.key()));
            FileSystems.sync(directory);
            return draft.publish();
        } catch (RuntimeException e) {
            UsageFile.deleteAfter(e, directory);
            throw e;
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

    @Override
    public Usage usage(LayerId id) {
        LayerRecord layer = catalog.require(id, "measure layer " + id);
        return switch (layer.info().kind()) {
            case ACTIVE -> measure(layer.key());
            case COMMITTED -> UsageFile.read(directories.of(layer.key()));
            case VIEW -> new Usage(0, 0);
        };
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
        directories.emptyTrash(CopydirDriver::delete);
    }

    /** The library's version shows that the plug-in got its own, whatever the engine has. */
    @Override
    public List<StatusRow> status() {
        return List.of(
                new StatusRow("Backing Filesystem", backing),
                new StatusRow("JSON Library", "jackson-core " + PackageVersion.VERSION));
    }

    @Override
    public <T extends StorageCapability> Optional<T> capability(Class<T> type) {
        return Optional.empty();
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
            }
        }
        // On disk before the catalogue says that the layer is there.
        FileSystems.sync(directory);
    }

    private Usage measure(String key) {
        try (OpenDirectory content = OpenDirectory.open(content(key))) {
            TreeUsage usage = TreeUsage.of(content);
            return new Usage(usage.bytes(), usage.inodes());
        } catch (KernelException e) {
            throw failure("measure " + content(key), e);
        }
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
