package io.gantry.storage.zfs;

import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.Problem;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.QuotaController;
import io.gantry.spi.storage.support.LayerCatalog;
import java.util.Optional;

/** Bounds on layers by the property {@code quota} of their datasets, which counts what a layer takes by itself. */
final class ZfsQuotas implements QuotaController {
    private static final String QUOTA = "quota";

    /** What was asked for, where ZFS allows it only higher. */
    private static final String ASKED = "io.gantry:quota";

    private final LayerCatalog catalog;
    private final LayerDatasets datasets;

    ZfsQuotas(LayerCatalog catalog, LayerDatasets datasets) {
        this.catalog = catalog;
        this.datasets = datasets;
    }

    @Override
    public Optional<Long> limit(LayerId id) {
        String attempted = "read the limit of layer " + id;
        String dataset = datasets.of(catalog.require(id, attempted).key());
        try {
            String[] values = datasets.values(dataset, QUOTA, ASKED);
            long quota = Long.parseLong(values[0]);
            return quota == 0
                    ? Optional.empty()
                    : Optional.of(values[1].matches("\\d+") ? Long.parseLong(values[1]) : quota);
        } catch (ZfsFailure e) {
            throw e.as(attempted);
        }
    }

    @Override
    public void limit(LayerId id, long bytes) {
        String attempted = "limit layer " + id + " to " + bytes + " bytes";
        if (bytes <= 0) {
            throw new InvalidArgumentException(
                    new Problem(attempted, "a limit is positive", "give a size such as 10g"));
        }
        String dataset = datasets.of(catalog.requireActive(id, attempted).key());
        try {
            set(dataset, bytes);
        } catch (ZfsFailure e) {
            throw e.as(attempted);
        }
    }

    /** ZFS takes no quota below what is used, so that one is as low as it can be then: nothing more can be written. */
    private void set(String dataset, long bytes) {
        try {
            datasets.set(dataset, QUOTA + "=" + bytes, ASKED + "=");
        } catch (ZfsFailure e) {
            if (!e.is(ZfsFailure.Kind.TOO_SMALL)) {
                throw e;
            }
            datasets.set(dataset, QUOTA + "=" + datasets.values(dataset, "used")[0], ASKED + "=" + bytes);
        }
    }
}
