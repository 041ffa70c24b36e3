package io.gantry.storage.zfs;

import io.gantry.linux.FileSystemInfo;
import io.gantry.linux.FileSystems;
import io.gantry.spi.storage.LayerInfo.Kind;
import io.gantry.spi.storage.Usage;
import io.gantry.spi.storage.support.LayerCatalog;
import io.gantry.spi.storage.support.LayerRecord;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What layers take. Bytes are those that ZFS counts for the dataset, its origin left out. Entries are not counted apart there: they are those that the layer has more than the one beneath.
 * How many a committed layer has is kept with its record. Thread-safe.
 */
final class LayerUsage {
    private static final String OBJECTS = "zfs.objects";

    private final LayerCatalog catalog;
    private final LayerDatasets datasets;
    private final LayerLook look;

    /** Objects of a dataset without files, which are the file system's own; 0 until they are asked for. */
    private long ofEmpty;

    LayerUsage(LayerCatalog catalog, LayerDatasets datasets, LayerLook look) {
        this.catalog = catalog;
        this.datasets = datasets;
        this.look = look;
    }

    /** What a mounted dataset has, as of its last transactions on disk. */
    static long objects(Path mounted) {
        FileSystemInfo info = FileSystems.info(mounted);
        return info.totalInodes() - info.freeInodes();
    }

    /** Notes to keep with a layer that is committed. */
    Map<String, String> notes(long objects) {
        return Map.of(OBJECTS, Long.toString(objects));
    }

    /** Measures a layer, an active one as of some seconds ago. */
    Usage of(LayerRecord layer) {
        if (layer.info().kind() == Kind.VIEW) {
            return new Usage(0, 0);
        }
        String dataset = datasets.of(layer.key());
        long objects = noted(layer)
                .orElseGet(() -> look.at(
                        List.of(new LayerLook.Source(dataset, layer.info().kind() == Kind.COMMITTED)),
                        places -> objects(places.get(0))));
        Optional<LayerRecord> parent = catalog.ancestors(layer).stream().findFirst();
        long beneath = parent.isPresent() ? noted(parent.get()).orElse(objects) : ofEmpty();
        long bytes = Long.parseLong(datasets.values(dataset, "usedbydataset")[0]);
        return new Usage(bytes, Math.max(0, objects - beneath));
    }

    private static Optional<Long> noted(LayerRecord layer) {
        return layer.attribute(OBJECTS).map(Long::valueOf);
    }

    private synchronized long ofEmpty() {
        if (ofEmpty == 0) {
            ofEmpty = look.at(List.of(new LayerLook.Source(datasets.home(), true)), places -> objects(places.get(0)));
        }
        return ofEmpty;
    }
}
