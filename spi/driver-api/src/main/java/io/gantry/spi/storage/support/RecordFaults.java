package io.gantry.spi.storage.support;

import io.gantry.spi.storage.ConsistencyChecker.Fault;
import io.gantry.spi.storage.ConsistencyChecker.Kind;
import java.util.Optional;

/** The part of a consistency check that is about the catalogue's files: a layer whose file is missing or damaged would be lost with the next opening, and those on top of it. Thread-safe. */
public final class RecordFaults {
    private final LayerCatalog catalog;

    public RecordFaults(LayerCatalog catalog) {
        this.catalog = catalog;
    }

    /** What is wrong with a layer's file, or else with that of the layer it stands on. */
    public Optional<Fault> of(LayerRecord layer) {
        return unrecorded(layer).map(record -> fault(layer, record));
    }

    /**
     * Writes the file anew, if that is what the fault is about.
     *
     * @return whether it was
     */
    public boolean repair(Fault fault) {
        Optional<LayerRecord> layer = fault.layer().flatMap(catalog::find);
        if (layer.isEmpty() || !of(layer.get()).equals(Optional.of(fault))) {
            return false;
        }
        unrecorded(layer.get()).ifPresent(record -> catalog.annotate(record.id(), record.attributes()));
        return true;
    }

    private Optional<LayerRecord> unrecorded(LayerRecord layer) {
        if (!catalog.isOnDisk(layer)) {
            return Optional.of(layer);
        }
        return layer.info().parent().flatMap(catalog::find).filter(parent -> !catalog.isOnDisk(parent));
    }

    private Fault fault(LayerRecord layer, LayerRecord unrecorded) {
        String file = catalog.file(unrecorded).toString();
        return layer.equals(unrecorded)
                ? new Fault(
                        Kind.UNACCOUNTED,
                        Optional.of(layer.id()),
                        file,
                        "the layer's record is missing or damaged: it would be lost when the driver is opened the next time",
                        "the record is written again")
                : new Fault(
                        Kind.MISSING_PARENT,
                        Optional.of(layer.id()),
                        file,
                        "the record of layer " + unrecorded.id() + ", which it stands on, is missing or damaged",
                        "that record is written again");
    }
}
