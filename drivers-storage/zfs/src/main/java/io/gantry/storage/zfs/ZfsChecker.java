package io.gantry.storage.zfs;

import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.Problem;
import io.gantry.spi.storage.ConsistencyChecker;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.support.LayerCatalog;
import io.gantry.spi.storage.support.LayerRecord;
import io.gantry.spi.storage.support.RecordFaults;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Compares records with datasets. */
final class ZfsChecker implements ConsistencyChecker {
    private static final String REMOVE_LAYER = "remove the layer";

    private final LayerCatalog catalog;
    private final RecordFaults records;
    private final LayerDatasets datasets;
    private final Set<String> removed;
    private final Runnable cleanup;

    /**
     * @param removed keys of layers that are gone and whose datasets are to go; a live view
     * @param cleanup destroys datasets that no record has
     */
    ZfsChecker(LayerCatalog catalog, LayerDatasets datasets, Set<String> removed, Runnable cleanup) {
        this.catalog = catalog;
        records = new RecordFaults(catalog);
        this.datasets = datasets;
        this.removed = removed;
        this.cleanup = cleanup;
    }

    /** Records are taken before the listing and keys after it, so that what is made or removed meanwhile is neither missing nor too much. */
    @Override
    public List<Fault> check() {
        List<LayerRecord> layers = catalog.list().stream()
                .map(LayerInfo::id)
                .flatMap(id -> catalog.find(id).stream())
                .toList();
        Map<String, LayerDataset> found = new HashMap<>();
        try {
            datasets.list().forEach(dataset -> found.put(dataset.key(), dataset));
        } catch (ZfsFailure e) {
            throw e.as("compare layers with datasets in " + datasets.home());
        }
        List<Fault> faults = new ArrayList<>();
        for (LayerRecord record : layers) {
            List<Fault> ofThis = new ArrayList<>(records.of(record).stream().toList());
            if (record.info().kind() != LayerInfo.Kind.VIEW) {
                faultOf(record, Optional.ofNullable(found.get(record.key()))).ifPresent(ofThis::add);
            }
            if (catalog.find(record.id()).equals(Optional.of(record))) {
                faults.addAll(ofThis);
            }
        }
        Set<String> known = new HashSet<>(catalog.keys());
        known.addAll(removed);
        found.keySet().stream()
                .filter(key -> !known.contains(key) && stillExists(key))
                .sorted()
                .map(this::unaccounted)
                .forEach(faults::add);
        return faults;
    }

    @Override
    public void repair(Fault fault) {
        String attempted = "repair " + fault.subject();
        if (!check().contains(fault)) {
            return;
        }
        if (records.repair(fault)) {
            return;
        }
        fault.layer().ifPresent(catalog::remove);
        cleanup.run();
        try {
            if (datasets.exists(fault.subject())) {
                throw new FailedPreconditionException(new Problem(
                        attempted, "it could not be destroyed; the log says why", "unmount it and destroy its clones"));
            }
        } catch (ZfsFailure e) {
            throw e.as(attempted);
        }
    }

    private Optional<Fault> faultOf(LayerRecord record, Optional<LayerDataset> dataset) {
        String name = datasets.of(record.key());
        if (dataset.isEmpty()) {
            return Optional.of(fault(Kind.UNMOUNTABLE, record, name, "the dataset does not exist"));
        }
        if (record.info().kind() == LayerInfo.Kind.COMMITTED && !dataset.get().committed()) {
            String snapshot = datasets.snapshotOf(record.key());
            return Optional.of(fault(Kind.UNMOUNTABLE, record, name, "its snapshot " + snapshot + " does not exist"));
        }
        Optional<String> origin =
                catalog.ancestors(record).stream().findFirst().map(parent -> datasets.snapshotOf(parent.key()));
        if (!dataset.get().origin().equals(origin)) {
            return Optional.of(fault(
                    Kind.MISSING_PARENT,
                    record,
                    name,
                    "it is a clone of " + dataset.get().origin().orElse("nothing") + " instead of "
                            + origin.orElse("nothing")));
        }
        return Optional.empty();
    }

    private boolean stillExists(String key) {
        try {
            return datasets.exists(datasets.of(key));
        } catch (ZfsFailure e) {
            throw e.as("look for the dataset " + datasets.of(key));
        }
    }

    private Fault unaccounted(String key) {
        return new Fault(
                Kind.UNACCOUNTED,
                Optional.empty(),
                datasets.of(key),
                "the dataset belongs to no layer",
                "destroy the dataset");
    }

    private static Fault fault(Kind kind, LayerRecord record, String name, String detail) {
        return new Fault(kind, Optional.of(record.id()), name, detail, REMOVE_LAYER);
    }
}
