package io.gantry.storage.devicemapper;

import io.gantry.linux.FileSystems;
import io.gantry.spi.StatusRow;
import io.gantry.storage.devicemapper.Settings.PoolSource;
import java.util.ArrayList;
import java.util.List;

/** What {@code docker info} tells of the pool, in Docker's words and order, and what Docker leaves out: the pool's state. */
final class PoolReport {
    static final String DEPRECATED =
            "WARNING: the devicemapper storage-driver is deprecated: Docker removed it in version 25, and Gantry keeps it for hosts that need it. Use overlay2 where you can.";
    static final String LOOPBACK =
            "WARNING: devicemapper: usage of loopback devices is strongly discouraged for production use.\n"
                    + "         Use `--storage-opt dm.thinpooldev` to specify a custom block storage device.";

    private final ThinPool pool;
    private final PoolSetup setup;
    private final Settings settings;
    private final BaseDevice base;
    private final String version;
    private final String targetVersion;

    PoolReport(
            ThinPool pool, PoolSetup setup, Settings settings, BaseDevice base, String version, String targetVersion) {
        this.pool = pool;
        this.setup = setup;
        this.settings = settings;
        this.base = base;
        this.version = version;
        this.targetVersion = targetVersion;
    }

    /** @param deleted how many devices wait for their deletion */
    List<StatusRow> rows(int deleted) {
        PoolStatus status = pool.status();
        List<StatusRow> rows = new ArrayList<>();
        add(rows, "Pool Name", pool.name());
        add(rows, "Pool Blocksize", Sizes.human(pool.blockBytes()));
        add(rows, "Base Device Size", Sizes.human(base.thin().bytes()));
        add(rows, "Backing Filesystem", base.type().type());
        // The driver makes its nodes itself: they are always in step with the devices.
        add(rows, "Udev Sync Supported", "true");
        addFiles(rows);
        long block = pool.blockBytes();
        long free = status.freeData() * block;
        if (settings.pool() instanceof PoolSource.Files) {
            free = Math.min(free, FileSystems.info(setup.dataFile()).availableBytes());
        }
        add(rows, "Data Space Used", Sizes.human(status.usedData() * block));
        add(rows, "Data Space Total", Sizes.human(status.totalData() * block));
        add(rows, "Data Space Available", Sizes.human(free));
        add(rows, "Metadata Space Used", Sizes.human(status.usedMetadata() * PoolStatus.METADATA_BLOCK));
        add(rows, "Metadata Space Total", Sizes.human(status.totalMetadata() * PoolStatus.METADATA_BLOCK));
        add(rows, "Metadata Space Available", Sizes.human(status.freeMetadata() * PoolStatus.METADATA_BLOCK));
        long minimum = ThinPool.minimum(status.totalData(), settings.minimumFree());
        add(rows, "Thin Pool Minimum Free Space", Sizes.human(minimum * block));
        add(rows, "Deferred Removal Enabled", Boolean.toString(settings.deferredRemoval()));
        add(rows, "Deferred Deletion Enabled", Boolean.toString(settings.deferredDeletion()));
        add(rows, "Deferred Deleted Device Count", Integer.toString(deleted));
        add(rows, "Library Version", "none; kernel interface " + version + ", thin-pool " + targetVersion);
        add(rows, "Pool Mode", status.needsCheck() ? status.mode() + ", needs check" : status.mode());
        add(rows, "Pool Transaction", Long.toString(status.transaction()));
        return rows;
    }

    List<String> warnings() {
        return settings.pool() instanceof PoolSource.Files ? List.of(DEPRECATED, LOOPBACK) : List.of(DEPRECATED);
    }

    private void addFiles(List<StatusRow> rows) {
        if (settings.pool() instanceof PoolSource.Devices devices) {
            add(rows, "Data file", devices.data().toString());
            add(rows, "Metadata file", devices.metadata().toString());
        } else if (settings.pool() instanceof PoolSource.Files) {
            add(rows, "Data file", PoolSetup.node(pool.dataDevice()).toString());
            add(rows, "Metadata file", PoolSetup.node(pool.metadataDevice()).toString());
            add(rows, "Data loop file", setup.dataFile().toString());
            add(rows, "Metadata loop file", setup.metadataFile().toString());
        }
    }

    private static void add(List<StatusRow> rows, String label, String value) {
        rows.add(new StatusRow(label, value));
    }
}
