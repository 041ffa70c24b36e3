package io.gantry.storage.devicemapper;

import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.linux.Stat;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.Problem;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.storage.devicemapper.Settings.PoolSource;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Brings the thin pool to life. One that the driver made itself lives as long as the driver is open, or as long as something in it is in use; a pool that was given is never taken down.
 *
 * <p>On files, these are {@code ROOT/devicemapper/data} and {@code metadata}, as Docker's.
 */
final class PoolSetup {
    private static final int ATTEMPTS = 50;

    private final DmControl control;
    private final DeviceNodes nodes;
    private final String ownName;
    private final Path files;

    /** @param ownName of a pool that the driver makes */
    PoolSetup(DmControl control, DeviceNodes nodes, String ownName, Path root) {
        this.control = control;
        this.nodes = nodes;
        this.ownName = ownName;
        files = root.resolve("devicemapper");
    }

    /** Where a pool on files keeps its data. */
    Path dataFile() {
        return files.resolve("data");
    }

    /** Where a pool on files keeps its metadata. */
    Path metadataFile() {
        return files.resolve("metadata");
    }

    /** Finds or makes the pool. */
    ThinPool open(PoolSource source) {
        if (source instanceof PoolSource.Given given) {
            return ThinPool.of(control, given.name());
        }
        if (source instanceof PoolSource.Devices devices) {
            if (!isActive()) {
                create(
                        number(devices.metadata()),
                        number(devices.data()),
                        BlockDevice.size(devices.data()),
                        devices.blockSectors(),
                        "zero its first 4 KiB if it is new: dd if=/dev/zero of=" + devices.metadata()
                                + " bs=4096 count=1");
            }
        } else {
            openOnFiles((PoolSource.Files) source);
        }
        ThinPool pool = ThinPool.of(control, ownName);
        control.info(ownName).ifPresent(info -> nodes.make(ownName, info.device()));
        return pool;
    }

    /** Takes a pool of the driver's own down; one that is in use goes when it is no longer, its files' loop devices with it. */
    void close(PoolSource source, boolean deferred) {
        if (source instanceof PoolSource.Given) {
            return;
        }
        try {
            control.remove(ownName, deferred);
            if (control.info(ownName).isEmpty()) {
                nodes.remove(ownName);
            }
        } catch (KernelException e) {
            if (!e.is(Errno.ENXIO)) {
                throw e;
            }
        }
    }

    private void openOnFiles(PoolSource.Files source) {
        boolean grown = ensure(dataFile(), source.dataSize()) | ensure(metadataFile(), source.metadataSize());
        if (!isActive()) {
            try (LoopDevices.Attached data = LoopDevices.attach(dataFile());
                    LoopDevices.Attached metadata = LoopDevices.attach(metadataFile())) {
                create(
                        ThinPool.number(metadata.device()),
                        ThinPool.number(data.device()),
                        BlockDevice.size(data.path()),
                        source.blockSectors(),
                        "");
            }
        } else if (grown) {
            grow(source);
        }
    }

    private void create(String metadata, String data, long bytes, long blockSectors, String remedy) {
        try {
            control.create(ownName, ThinPool.table(metadata, data, bytes, blockSectors), false);
        } catch (KernelException e) {
            throw new FailedPreconditionException(
                    new Problem(
                            "make thin pool " + ownName + " on data device " + data + " and metadata device "
                                    + metadata,
                            e.getMessage() + "; the kernel's log may say more",
                            remedy),
                    e);
        }
    }

    /** Lets an active pool see that its files have grown. */
    private void grow(PoolSource.Files source) {
        ThinPool pool = ThinPool.of(control, ownName);
        Path data = node(pool.dataDevice());
        LoopDevices.updateCapacity(data);
        LoopDevices.updateCapacity(node(pool.metadataDevice()));
        control.load(
                ownName,
                ThinPool.table(pool.metadataDevice(), pool.dataDevice(), BlockDevice.size(data), source.blockSectors()),
                false);
        control.suspend(ownName);
        control.resume(ownName);
    }

    /** Whether the pool lives. If it is about to go, that is called off; what a killed process left unfinished is finished or taken away. */
    private boolean isActive() {
        for (int attempt = 0; ; attempt++) {
            Optional<DmControl.Info> info = control.info(ownName);
            try {
                if (info.isEmpty()) {
                    return false;
                }
                if (!info.get().live()) {
                    control.remove(ownName, false);
                    return false;
                }
                if (info.get().suspended()) {
                    control.resume(ownName);
                }
                if (!info.get().deferred()) {
                    return true;
                }
                control.message(ownName, "@cancel_deferred_remove");
            } catch (KernelException e) {
                if (!e.is(Errno.ENXIO, Errno.EBUSY) || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /** Makes a sparse file, or a smaller one larger. Whether it is larger than before. */
    private boolean ensure(Path file, long bytes) {
        try {
            Files.createDirectories(files);
            long before = Files.exists(file) ? Files.size(file) : -1;
            if (bytes > before) {
                try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                    open.setLength(bytes);
                }
            }
            return bytes > before && before >= 0;
        } catch (IOException e) {
            throw IoFailures.of("make the sparse file " + file, e);
        }
    }

    static Path node(String number) {
        return Path.of("/dev/loop" + number.substring(number.indexOf(':') + 1));
    }

    private static String number(Path device) {
        Stat stat = Stat.following(device)
                .orElseThrow(() -> new FailedPreconditionException(new Problem(
                        "make a thin pool on " + device,
                        "there is no such device",
                        "give the path of a block device")));
        return ThinPool.number(stat.rdevice());
    }
}
