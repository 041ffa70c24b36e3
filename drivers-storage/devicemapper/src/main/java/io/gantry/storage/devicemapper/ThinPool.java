package io.gantry.storage.devicemapper;

import io.gantry.linux.DeviceNumber;
import io.gantry.linux.Errno;
import io.gantry.linux.KernelException;
import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.Problem;
import java.util.List;

/** An active thin pool: makes and deletes thin devices, which are numbers of 24 bits. Thread-safe. */
final class ThinPool {
    /** The largest id of a thin device. */
    static final int MOST_IDS = (1 << 24) - 1;

    private static final String TYPE = "thin-pool";

    private final DmControl control;
    private final String name;
    private final long device;
    private final long blockSectors;
    private final boolean zeroes;
    private final String metadataDevice;
    private final String dataDevice;

    private ThinPool(DmControl control, String name, long device, List<String> table) {
        this.control = control;
        this.name = name;
        this.device = device;
        metadataDevice = table.get(0);
        dataDevice = table.get(1);
        blockSectors = Long.parseLong(table.get(2));
        zeroes = !table.contains("skip_block_zeroing");
    }

    /** @throws FailedPreconditionException if there is no such pool */
    static ThinPool of(DmControl control, String name) {
        DmControl.Info info = control.info(name)
                .orElseThrow(() ->
                        noPool(name, "there is no device of that name", "activate it, such as with vgchange -ay"));
        DmRequest.Target table = control.table(name);
        if (!table.type().equals(TYPE)) {
            throw noPool(name, "it is a device of type " + table.type(), "name a thin pool; dmsetup status shows them");
        }
        return new ThinPool(
                control, name, info.device(), List.of(table.parameters().strip().split(" +")));
    }

    /**
     * The table of a pool that the driver makes. It zeroes what it gives out, so that no layer sees another's data, and fails writes at once when it is full.
     *
     * @param bytes the data device's size
     */
    static DmRequest.Target table(String metadata, String data, long bytes, long blockSectors) {
        long sectors = bytes / 512 / blockSectors * blockSectors;
        // Below 32768 free blocks it would send an event, which nobody here waits for.
        return new DmRequest.Target(
                0, sectors, TYPE, metadata + " " + data + " " + blockSectors + " 32768 1 error_if_no_space");
    }

    String name() {
        return name;
    }

    long blockBytes() {
        return blockSectors * 512;
    }

    /** Whether what was never written reads as zeros, even beside what was. */
    boolean zeroes() {
        return zeroes;
    }

    /** The metadata device, as {@code MAJOR:MINOR}. */
    String metadataDevice() {
        return metadataDevice;
    }

    /** The data device, as {@code MAJOR:MINOR}. */
    String dataDevice() {
        return dataDevice;
    }

    /** @throws IoFailureException if the pool has failed */
    PoolStatus status() {
        String text = control.status(name).parameters();
        return PoolStatus.parse(text)
                .orElseThrow(() -> new IoFailureException(new Problem(
                        "read the state of thin pool " + name, "it says \"" + text.strip() + "\"", repairing())));
    }

    /** Refuses to go on with a pool that cannot take a new layer. */
    void requireWritable(String attempted) {
        PoolStatus status = status();
        if (!status.isWritable()) {
            throw new IoFailureException(new Problem(
                    attempted,
                    "thin pool " + name + " is " + (status.needsCheck() ? "damaged (needs_check)" : "read-only"),
                    repairing()));
        }
    }

    /**
     * Refuses, in Docker's words, to use up the last of the pool.
     *
     * @param percent what must be free
     */
    void requireFree(String attempted, int percent) {
        PoolStatus status = status();
        long minimumData = minimum(status.totalData(), percent);
        if (status.freeData() < minimumData) {
            throw full(attempted, status.freeData(), minimumData, "data");
        }
        long minimumMetadata = minimum(status.totalMetadata(), percent);
        if (status.freeMetadata() < minimumMetadata) {
            throw full(attempted, status.freeMetadata(), minimumMetadata, "metadata");
        }
    }

    /** As Docker: at least one block, unless nothing is asked for. */
    static long minimum(long total, int percent) {
        return percent == 0 ? 0 : Math.max(1, total * percent / 100);
    }

    /**
     * Makes an empty device.
     *
     * @return false if there is one with that id
     */
    boolean create(int id) {
        return made("create_thin " + id);
    }

    /**
     * Makes a snapshot of a device.
     *
     * @param originName the device-mapper name of the origin if it is active
     * @return false if there is a device with that id
     */
    boolean createSnapshot(int id, int origin, String originName) {
        boolean suspended = suspend(originName);
        try {
            return made("create_snap " + id + " " + origin);
        } finally {
            if (suspended) {
                resume(originName);
            }
        }
    }

    /** A device that went while it was suspended has nothing to go on with. */
    private void resume(String originName) {
        try {
            control.resume(originName);
        } catch (KernelException e) {
            if (!e.is(Errno.ENXIO)) {
                throw e;
            }
        }
    }

    /** Whether the device was active; it may go in the same moment. */
    private boolean suspend(String originName) {
        if (control.info(originName).isEmpty()) {
            return false;
        }
        try {
            control.suspend(originName);
            return true;
        } catch (KernelException e) {
            // It went, or is being brought to life in this moment by somebody who only looks: nothing is written to it.
            if (e.is(Errno.ENXIO, Errno.EINVAL)) {
                return false;
            }
            throw e;
        }
    }

    /** Deletes a device that is not active; does nothing if there is none. */
    void delete(int id) {
        try {
            control.message(name, "delete " + id);
        } catch (KernelException e) {
            if (!e.is(Errno.ENODATA)) {
                throw e;
            }
        }
    }

    /** Counts on. The number is on disk when this returns. */
    void setTransaction(long before, long after) {
        control.message(name, "set_transaction_id " + before + " " + after);
    }

    /** The table of a thin device. */
    DmRequest.Target thin(int id, long bytes) {
        return new DmRequest.Target(0, bytes / 512, "thin", number(device) + " " + id);
    }

    static String number(long device) {
        return DeviceNumber.major(device) + ":" + DeviceNumber.minor(device);
    }

    private boolean made(String message) {
        try {
            control.message(name, message);
            return true;
        } catch (KernelException e) {
            if (e.is(Errno.EEXIST)) {
                return false;
            }
            throw e;
        }
    }

    private static String repairing() {
        return "stop the engine, deactivate the pool and check its metadata: thin_check or thin_repair of"
                + " thin-provisioning-tools, or lvconvert --repair";
    }

    private static OutOfSpaceException full(String attempted, long free, long minimum, String kind) {
        return new OutOfSpaceException(new Problem(
                attempted,
                "devmapper: Thin Pool has " + free + " free " + kind + " blocks which is less than minimum required "
                        + minimum + " free " + kind
                        + " blocks. Create more free space in thin pool or use dm.min_free_space option to change behavior",
                "free space by removing containers and images, or extend the pool"));
    }

    private static FailedPreconditionException noPool(String name, String reason, String remedy) {
        return new FailedPreconditionException(
                new Problem("use /dev/mapper/" + name + " as thin pool", reason, remedy));
    }
}
