package io.gantry.spi.storage.support;

import io.gantry.spi.storage.ConsistencyChecker;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The consistency check of drivers that keep layers as directories: compares the catalogue as it is open, its files and the directories. What a draft is about is under way and no fault.
 * Thread-safe.
 */
public final class DirectoryChecker implements ConsistencyChecker {
    private static final String REMOVE = "the layer is removed; layers that stand on it have to be removed before";

    private final LayerCatalog catalog;
    private final RecordFaults records;
    private final LayerDirectories directories;
    private final Layout layout;
    private final Consumer<LayerId> remover;

    /** What the driver keeps of a layer. */
    public interface Layout {
        /** The directories without which a layer, which is no view, is lost. */
        List<Path> parts(LayerRecord layer);

        /** Whether a layer shows what the layers beneath keep, rather than having all of it by itself. */
        boolean needsParent(LayerRecord layer);
    }

    /**
     * @param remover {@link io.gantry.spi.storage.StorageDriver#remove}
     */
    public DirectoryChecker(
            LayerCatalog catalog, LayerDirectories directories, Layout layout, Consumer<LayerId> remover) {
        this.catalog = catalog;
        records = new RecordFaults(catalog);
        this.directories = directories;
        this.layout = layout;
        this.remover = remover;
    }

    @Override
    public List<Fault> check() {
        List<Fault> faults = new ArrayList<>(unaccounted());
        Set<LayerId> lost = new HashSet<>();
        for (LayerInfo info : catalog.list()) {
            Optional<LayerRecord> layer = catalog.find(info.id());
            if (layer.isPresent()) {
                List<Fault> found = faultsOf(layer.get(), lost);
                if (catalog.find(info.id()).equals(layer)) {
                    faults.addAll(found);
                } else {
                    lost.remove(info.id());
                }
            }
        }
        return List.copyOf(faults);
    }

    @Override
    public void repair(Fault fault) {
        if (!check().contains(fault)) {
            return;
        }
        if (fault.kind() == Kind.UNACCOUNTED && fault.layer().isEmpty()) {
            directories.discard(Path.of(fault.subject()).getFileName().toString());
            return;
        }
        if (!records.repair(fault)) {
            fault.layer().ifPresent(remover);
        }
    }

    /** Keys are read before and after the directories, so that no layer that comes or goes meanwhile is taken for a left-over. */
    private List<Fault> unaccounted() {
        Set<String> keys = new HashSet<>(catalog.keys());
        List<Path> found = directories.list();
        keys.addAll(catalog.keys());
        return found.stream()
                .filter(directory -> !keys.contains(directory.getFileName().toString()))
                .filter(directory -> Files.exists(directory, LinkOption.NOFOLLOW_LINKS))
                .map(directory -> new Fault(
                        Kind.UNACCOUNTED,
                        Optional.empty(),
                        directory.toString(),
                        "no layer has this directory",
                        "the directory is deleted"))
                .toList();
    }

    private List<Fault> faultsOf(LayerRecord layer, Set<LayerId> lost) {
        List<Fault> faults = new ArrayList<>();
        records.of(layer).ifPresent(faults::add);
        Optional<LayerId> parent = layer.info().parent();
        Optional<Path> missing = layer.info().kind() == LayerInfo.Kind.VIEW
                ? Optional.empty()
                : layout.parts(layer).stream()
                        .filter(part -> !Files.isDirectory(part, LinkOption.NOFOLLOW_LINKS))
                        .findFirst();
        if (missing.isPresent()) {
            lost.add(layer.id());
            faults.add(new Fault(
                    Kind.UNMOUNTABLE,
                    Optional.of(layer.id()),
                    missing.get().toString(),
                    "the directory is missing",
                    REMOVE));
        } else if (parent.isPresent() && lost.contains(parent.get()) && needsParent(layer)) {
            lost.add(layer.id());
            faults.add(new Fault(
                    Kind.MISSING_PARENT,
                    Optional.of(layer.id()),
                    directories.of(layer.key()).toString(),
                    "layer " + parent.get() + ", which it stands on, has lost its data",
                    REMOVE));
        }
        return faults;
    }

    private boolean needsParent(LayerRecord layer) {
        return layer.info().kind() == LayerInfo.Kind.VIEW || layout.needsParent(layer);
    }
}
