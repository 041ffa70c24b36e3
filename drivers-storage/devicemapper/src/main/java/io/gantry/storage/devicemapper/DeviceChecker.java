package io.gantry.storage.devicemapper;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.spi.DriverException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.Problem;
import io.gantry.spi.storage.ConsistencyChecker;
import io.gantry.spi.storage.LayerInfo;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.storage.support.LayerCatalog;
import io.gantry.spi.storage.support.LayerRecord;
import io.gantry.spi.storage.support.RecordFaults;
import io.gantry.storage.devicemapper.Settings.PoolSource;
import io.gantry.storage.devicemapper.ThinIds.Thin;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/** Compares records with the pool: whether every layer's device is there, of this pool's past and with the base device's file system, and whether there are devices without a record. */
final class DeviceChecker implements ConsistencyChecker {
    /** A pool does not list its devices. Ids are given out from the lowest on, so that lost ones lie not far above those in use. */
    private static final int BEYOND = 64;

    /** The key of the device by which others are tried. */
    private static final String TRIAL = "trial";

    private static final String REMOVE_LAYER = "remove the layer";

    private final LayerCatalog catalog;
    private final RecordFaults records;
    private final ThinPool pool;
    private final boolean given;
    private final ThinIds ids;
    private final ThinDevices devices;
    private final LayerFiles files;
    private final BaseDevice base;
    private final Runnable cleanup;

    DeviceChecker(
            LayerCatalog catalog,
            ThinPool pool,
            Settings settings,
            ThinIds ids,
            ThinDevices devices,
            LayerFiles files,
            BaseDevice base,
            Runnable cleanup) {
        this.catalog = catalog;
        records = new RecordFaults(catalog);
        this.pool = pool;
        given = settings.pool() instanceof PoolSource.Given;
        this.ids = ids;
        this.devices = devices;
        this.files = files;
        this.base = base;
        this.cleanup = cleanup;
    }

    @Override
    public List<Fault> check() {
        try {
            List<Fault> faults = new ArrayList<>();
            for (LayerInfo layer : catalog.list()) {
                catalog.find(layer.id()).ifPresent(record -> {
                    List<Fault> found = Stream.concat(records.of(record).stream(), faultOf(record).stream())
                            .toList();
                    // Unless it was removed or committed meanwhile.
                    if (catalog.find(layer.id()).equals(Optional.of(record))) {
                        faults.addAll(found);
                    }
                });
            }
            faults.addAll(unaccounted());
            return faults;
        } catch (KernelException e) {
            throw IoFailures.of("check thin pool " + pool.name(), e.errno().name(), e.getMessage(), e);
        }
    }

    @Override
    public void repair(Fault fault) {
        if (!check().contains(fault)) {
            return;
        }
        if (records.repair(fault)) {
            return;
        }
        String attempted = "repair " + fault.subject();
        if (fault.layer().isPresent()) {
            catalog.remove(fault.layer().get());
            cleanup.run();
            return;
        }
        int id = Integer.parseInt(fault.subject().split(" ")[2]);
        if (given) {
            throw new FailedPreconditionException(new Problem(
                    attempted,
                    "the pool was given to Gantry, and the device may be somebody else's",
                    "if it is nobody's, run: dmsetup message " + pool.name() + " 0 'delete " + id + "'"));
        }
        try {
            pool.delete(id);
        } catch (KernelException e) {
            throw IoFailures.of(attempted, e.errno().name(), e.getMessage(), e);
        }
    }

    private Optional<Fault> faultOf(LayerRecord record) {
        Optional<Thin> thin = devices.find(record.key());
        String name = "device " + devices.name(record.key());
        if (thin.isEmpty()) {
            return fault(record, Kind.UNMOUNTABLE, name, "no file in devices tells which thin device it is");
        }
        // Asked for after the record was found: a layer that was made meanwhile has a later one.
        long transaction = pool.status().transaction();
        if (thin.get().transaction() > transaction) {
            return fault(
                    record,
                    Kind.UNMOUNTABLE,
                    name,
                    "it was made in transaction " + thin.get().transaction() + ", and the pool knows " + transaction
                            + ": the pool is older than the records");
        }
        try {
            UUID found = files.look(thin.get()).uuid();
            return found.equals(base.uuid())
                    ? Optional.empty()
                    : fault(
                            record,
                            Kind.CONTENT_MISMATCH,
                            name,
                            "its file system has UUID " + found + ", that of the base device " + base.uuid());
        } catch (KernelException e) {
            return fault(
                    record,
                    Kind.UNMOUNTABLE,
                    name,
                    e.is(Errno.ENODATA)
                            ? "thin pool " + pool.name() + " has no device "
                                    + thin.get().id()
                            : e.getMessage());
        } catch (DriverException e) {
            return fault(record, Kind.UNMOUNTABLE, name, e.problem().reason());
        }
    }

    private List<Fault> unaccounted() {
        int most = ids.all().stream().mapToInt(Thin::id).max().orElse(0) + BEYOND;
        List<Fault> faults = new ArrayList<>();
        for (int id = 1; id <= most; id++) {
            if (devices.existsUnrecorded(id, TRIAL)) {
                faults.add(new Fault(
                        Kind.UNACCOUNTED,
                        Optional.empty(),
                        "thin device " + id + " of " + pool.name(),
                        "the pool has a device that belongs to no layer",
                        given
                                ? "none: the pool was given, and the device may be somebody else's"
                                : "delete the device"));
            }
        }
        return faults;
    }

    private static Optional<Fault> fault(LayerRecord record, Kind kind, String subject, String detail) {
        return Optional.of(new Fault(kind, Optional.of(record.id()), subject, detail, REMOVE_LAYER));
    }
}
