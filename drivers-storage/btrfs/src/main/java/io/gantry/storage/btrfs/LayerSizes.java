package io.gantry.storage.btrfs;

import io.gantry.linux.KernelException;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.Problem;
import io.gantry.spi.storage.LayerId;
import io.gantry.spi.storage.LayerInfo.Kind;
import io.gantry.spi.storage.LayerOptions;
import io.gantry.spi.storage.QuotaController;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.storage.support.LayerCatalog;
import io.gantry.spi.storage.support.LayerRecord;
import java.util.Optional;

/** Bounds on layers by the file system's quota groups, and what may be asked for. Thread-safe. */
final class LayerSizes implements QuotaController {
    private final LayerCatalog catalog;
    private final LayerLayout layout;
    private final QuotaGroups groups;
    private final Optional<Long> smallest;

    LayerSizes(LayerCatalog catalog, LayerLayout layout, QuotaGroups groups, Optional<Long> smallest) {
        this.catalog = catalog;
        this.layout = layout;
        this.groups = groups;
        this.smallest = smallest;
    }

    /** The size that a new layer is to have. */
    Optional<Long> asked(LayerId id, LayerOptions options) {
        if (!options.declares(BtrfsProvider.LAYER_SIZE)) {
            return Optional.empty();
        }
        Optional<Long> size = options.options().size(BtrfsProvider.LAYER_SIZE);
        size.ifPresent(bytes -> check(bytes, "limit layer " + id + " to " + bytes + " bytes"));
        return size;
    }

    /** Limits a new layer's subvolume, unless nothing could be written to it then. */
    void begin(LayerId id, long subvolume, long bytes) {
        groups.limit(subvolume, bytes);
        long taken = groups.counted(subvolume);
        if (taken >= bytes) {
            throw new InvalidArgumentException(new Problem(
                    "limit layer " + id + " to " + bytes + " bytes",
                    "the layers beneath it take " + SizeText.decimal(taken) + " already",
                    "give a larger size: on btrfs it bounds the image and what is written together"));
        }
    }

    @Override
    public Optional<Long> limit(LayerId id) {
        String attempted = "read the limit of layer " + id;
        LayerRecord layer = catalog.require(id, attempted);
        if (layer.info().kind() == Kind.VIEW) {
            return Optional.empty();
        }
        try {
            return groups.limit(layout.info(layer.key()).id());
        } catch (KernelException e) {
            throw IoFailures.of(attempted, e.errno().name(), e.getMessage(), e);
        }
    }

    @Override
    public void limit(LayerId id, long bytes) {
        String attempted = "limit layer " + id + " to " + bytes + " bytes";
        check(bytes, attempted);
        LayerRecord layer = catalog.requireActive(id, attempted);
        try {
            groups.limit(layout.info(layer.key()).id(), bytes);
        } catch (KernelException e) {
            throw IoFailures.of(attempted, e.errno().name(), e.getMessage(), e);
        }
    }

    /** In Docker's words. */
    private void check(long bytes, String attempted) {
        if (bytes <= 0) {
            throw new InvalidArgumentException(new Problem(
                    attempted, "btrfs: invalid storage size: " + SizeText.decimal(bytes), "give a size such as 10g"));
        }
        if (smallest.isPresent() && bytes < smallest.get()) {
            throw new InvalidArgumentException(new Problem(
                    attempted,
                    "btrfs: storage size cannot be less than " + SizeText.decimal(smallest.get()),
                    "give a larger size, or the daemon a smaller " + BtrfsProvider.MIN_SPACE));
        }
    }
}
