package io.gantry.storage.btrfs;

import io.gantry.linux.EntryComparison;
import io.gantry.linux.Errno;
import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenDirectory;
import io.gantry.spi.storage.LayerDiff;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.NativeDiffer;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.storage.support.LayerCatalog;
import io.gantry.spi.storage.support.LayerRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tells a layer's changes by its {@link YoungInodes}, so that it takes as long as there are changes, however large the layer is. Directories that were moved and subvolumes within are left to a
 * comparison of everything. Thread-safe.
 */
final class GenerationDiffer implements NativeDiffer {
    private final Volume volume;
    private final LayerCatalog catalog;
    private final LayerLayout layout;

    GenerationDiffer(Volume volume, LayerCatalog catalog, LayerLayout layout) {
        this.volume = volume;
        this.catalog = catalog;
        this.layout = layout;
    }

    @Override
    public Optional<LayerDiff> diff(LayerId id) {
        LayerRecord layer = catalog.requireChanges(id);
        Optional<LayerRecord> parent = catalog.ancestors(layer).stream().findFirst();
        Optional<Long> born = layer.attribute(LayerLayout.BORN).map(Long::valueOf);
        if (parent.isEmpty() || born.isEmpty()) {
            return Optional.empty();
        }
        boolean active = layer.info().kind() == LayerInfo.Kind.ACTIVE;
        try {
            if (active) {
                FileSystems.sync(layout.content(layer.key()));
            }
            return diff(parent.get().key(), layer.key(), born.get());
        } catch (KernelException e) {
            // Somebody is at work there.
            if (active && e.is(Errno.ENOENT, Errno.ENOTDIR, Errno.ELOOP)) {
                return Optional.empty();
            }
            throw IoFailures.of("tell what layer " + id + " changes", e.errno().name(), e.getMessage(), e);
        }
    }

    private Optional<LayerDiff> diff(String parent, String layer, long born) {
        long before = layout.info(parent).id();
        long after = layout.info(layer).id();
        if (!volume.within(before).isEmpty() || !volume.within(after).isEmpty()) {
            return Optional.empty();
        }
        YoungInodes young = YoungInodes.of(volume, after, born);
        List<List<String>> directories = new ArrayList<>();
        for (long directory : young.directories()) {
            List<String> path = volume.pathOf(after, directory);
            if (!path.equals(volume.pathOf(before, directory))) {
                return Optional.empty();
            }
            directories.add(path);
        }
        try (EntryComparison entries = new EntryComparison(layout.content(parent), layout.content(layer));
                OpenDirectory old = OpenDirectory.open(layout.content(parent));
                OpenDirectory now = OpenDirectory.open(layout.content(layer))) {
            TreeChanges changes = new TreeChanges(entries, young);
            for (List<String> directory : directories) {
                try (OpenDirectory from = Subvolumes.walk(old, directory);
                        OpenDirectory to = Subvolumes.walk(now, directory)) {
                    changes.directory(TreeChanges.text(directory), from, to);
                }
            }
            for (long file : young.files()) {
                for (Volume.Name name : volume.namesOf(after, file)) {
                    String directory = TreeChanges.text(volume.pathOf(after, name.directory()));
                    changes.compareFile(TreeChanges.below(directory, name.text()), file);
                }
            }
            return Optional.of(changes.listed());
        }
    }
}
