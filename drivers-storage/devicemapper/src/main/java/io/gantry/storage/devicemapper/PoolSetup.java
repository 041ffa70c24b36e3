package io.gantry.storage.devicemapper;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.FileData;
import io.gantry.linux.FileSystems;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.Stat;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.OutOfSpaceException;
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

    /** So much of the metadata's file is no hole: a pool whose metadata cannot be written is damaged, even if all that was to be written was what went. */
    private static final long ALLOCATED_METADATA = 64 << 20;

    /** So much must be free beneath the pool's files before a layer is made. */
    private static final long ROOM = 2 << 20;

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

    /** Refuses to write to a pool on files while the file system beneath them is full, which would damage it. */
    void requireRoom(PoolSource source, String attempted) {
        if (!(source instanceof PoolSource.Files)) {
            return;
        }
        // As df has it: of what is free besides, the file system gives nothing to the writes of a loop device.
        long free = FileSystems.info(files).availableBytes();
        if (free < ROOM) {
            throw new OutOfSpaceException(new Problem(
                    attempted,
                    "the file system with the pool's file " + dataFile() + " has " + Sizes.human(free) + " left",
                    "free space there, see df"));
        }
    }

    private void openOnFiles(PoolSource.Files source) {
        boolean dataGrown = ensure(dataFile(), source.dataSize(), 0);
        boolean metadataGrown =
                ensure(metadataFile(), source.metadataSize(), Math.min(source.metadataSize(), ALLOCATED_METADATA));
        boolean grown = dataGrown || metadataGrown;
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

    /** Makes a sparse file with some blocks at its beginning, or makes a smaller one larger. Whether it is larger than before. */
    private boolean ensure(Path file, long bytes, long allocated) {
        try {
            Files.createDirectories(files);
            long before = Files.exists(file) ? Files.size(file) : -1;
            if (bytes > before) {
                try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
                    open.setLength(bytes);
                }
            }
            if (before < 0 && allocated > 0) {
                allocate(file, allocated);
            }
            return bytes > before && before >= 0;
        } catch (IOException e) {
            throw IoFailures.of("make the sparse file " + file, e);
        }
    }

    private static void allocate(Path file, long bytes) throws IOException {
        try (Fd fd = Fd.open(file, OpenFlags.O_RDWR)) {
            FileData.allocate(fd, bytes);
        } catch (KernelException e) {
            Files.delete(file);
            throw IoFailures.of("make room for " + file, e.errno().name(), e.getMessage(), e);
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
