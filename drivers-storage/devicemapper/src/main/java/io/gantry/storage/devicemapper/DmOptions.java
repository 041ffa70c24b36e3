package io.gantry.storage.devicemapper;

import static io.gantry.spi.OptionSpec.Scope.DAEMON;
import static io.gantry.spi.OptionSpec.Scope.OBJECT;

import io.gantry.spi.OptionSpec;
import io.gantry.spi.OptionSpec.Type;
import java.util.List;

/** Docker's 23 options of the driver, in the order and with the defaults of its documentation, and the layer's {@code size}. */
final class DmOptions {
    static final String BASE_SIZE = "dm.basesize";
    static final String BLOCK_SIZE = "dm.blocksize";
    static final String FILE_SYSTEM = "dm.fs";
    static final String MKFS_ARGUMENT = "dm.mkfsarg";
    static final String MOUNT_OPTIONS = "dm.mountopt";
    static final String DATA_DEVICE = "dm.datadev";
    static final String METADATA_DEVICE = "dm.metadatadev";
    static final String LOOP_DATA_SIZE = "dm.loopdatasize";
    static final String LOOP_METADATA_SIZE = "dm.loopmetadatasize";
    static final String DISCARD = "dm.blkdiscard";
    static final String DEFERRED_REMOVAL = "dm.use_deferred_removal";
    static final String DEFERRED_DELETION = "dm.use_deferred_deletion";
    static final String MIN_FREE_SPACE = "dm.min_free_space";
    static final String OVERRIDE_UDEV = "dm.override_udev_sync_check";
    static final String XFS_RETRIES = "dm.xfs_nospace_max_retries";
    static final String LOG_LEVEL = "dm.libdm_log_level";
    static final String THIN_POOL_DEVICE = "dm.thinpooldev";
    static final String DIRECT_LVM_DEVICE = "dm.directlvm_device";
    static final String LAYER_SIZE = "size";

    /** What describes a pool that Docker would make with LVM's programs. */
    static final List<String> DIRECT_LVM = List.of(
            DIRECT_LVM_DEVICE,
            "dm.directlvm_device_force",
            "dm.thinp_percent",
            "dm.thinp_metapercent",
            "dm.thinp_autoextend_threshold",
            "dm.thinp_autoextend_percent");

    private static final String REFUSED_LVM =
            "Refused: make the pool with LVM's own programs and name it by dm.thinpooldev.";

    private DmOptions() {}

    static List<OptionSpec> all() {
        return List.of(
                OptionSpec.of(
                        THIN_POOL_DEVICE,
                        Type.STRING,
                        DAEMON,
                        "The thin pool to use, such as /dev/mapper/vg-pool; it must belong to Gantry alone."),
                OptionSpec.of(DIRECT_LVM_DEVICE, Type.STRING, DAEMON, REFUSED_LVM),
                OptionSpec.of(DIRECT_LVM.get(1), Type.BOOLEAN, DAEMON, REFUSED_LVM),
                OptionSpec.of(DIRECT_LVM.get(2), Type.INTEGER, DAEMON, REFUSED_LVM),
                OptionSpec.of(DIRECT_LVM.get(3), Type.INTEGER, DAEMON, REFUSED_LVM),
                OptionSpec.of(DIRECT_LVM.get(4), Type.INTEGER, DAEMON, REFUSED_LVM),
                OptionSpec.of(DIRECT_LVM.get(5), Type.INTEGER, DAEMON, REFUSED_LVM),
                OptionSpec.of(
                        BASE_SIZE,
                        Type.SIZE,
                        DAEMON,
                        "The size of a layer's file system, 10g by default; may be raised later, and holds for images and containers made from then on."),
                OptionSpec.of(
                        LOOP_DATA_SIZE,
                        Type.SIZE,
                        DAEMON,
                        "100g",
                        "The size of the sparse file for data where the pool is made on files; a file that exists can only grow."),
                OptionSpec.of(
                        LOOP_METADATA_SIZE,
                        Type.SIZE,
                        DAEMON,
                        "2g",
                        "The size of the sparse file for the pool's metadata; a file that exists can only grow."),
                OptionSpec.of(
                        FILE_SYSTEM,
                        Type.STRING,
                        DAEMON,
                        "The layers' file system, xfs or ext4; xfs by default where kernel and mkfs.xfs are there."),
                OptionSpec.of(
                        MKFS_ARGUMENT,
                        Type.STRING,
                        DAEMON,
                        "Further arguments for mkfs, separated by blanks; they count when the base device is made."),
                OptionSpec.of(
                        MOUNT_OPTIONS,
                        Type.STRING,
                        DAEMON,
                        "Further options for mounting layers, separated by commas, such as nodiscard."),
                OptionSpec.of(
                        DATA_DEVICE,
                        Type.PATH,
                        DAEMON,
                        "A block device for the pool's data, with dm.metadatadev; dm.thinpooldev is better."),
                OptionSpec.of(
                        METADATA_DEVICE,
                        Type.PATH,
                        DAEMON,
                        "A block device for the pool's metadata, with dm.datadev; its first 4 KiB must be zero when the pool is made."),
                OptionSpec.of(
                        BLOCK_SIZE,
                        Type.SIZE,
                        DAEMON,
                        "64k",
                        "The block size of a pool that the driver makes, a multiple of 64k up to 1g."),
                OptionSpec.of(
                        DISCARD,
                        Type.BOOLEAN,
                        DAEMON,
                        "Whether blocks of layers are discarded before these are deleted; by default where the pool is on files, so that they get smaller again."),
                OptionSpec.of(
                        OVERRIDE_UDEV,
                        Type.BOOLEAN,
                        DAEMON,
                        "Accepted as by Docker and without effect: the driver makes its device nodes itself."),
                OptionSpec.of(
                        DEFERRED_REMOVAL,
                        Type.BOOLEAN,
                        DAEMON,
                        "true",
                        "Devices that are in use are removed when the last user closes them."),
                OptionSpec.of(
                        DEFERRED_DELETION,
                        Type.BOOLEAN,
                        DAEMON,
                        "true",
                        "Layers whose devices are in use are deleted later; needs dm.use_deferred_removal."),
                OptionSpec.of(
                        MIN_FREE_SPACE,
                        Type.STRING,
                        DAEMON,
                        "10%",
                        "No layer is made while less of the pool is free, a percentage of 0% to 99%."),
                OptionSpec.of(
                        XFS_RETRIES,
                        Type.INTEGER,
                        DAEMON,
                        "Refused: it can be set for a mounted file system only, and it is the engine that mounts layers."),
                OptionSpec.of(
                        LOG_LEVEL, Type.INTEGER, DAEMON, "Accepted from 0 to 7 and without effect: libdm is not used."),
                OptionSpec.of(
                        LAYER_SIZE,
                        Type.SIZE,
                        OBJECT,
                        "The size of the container's file system, no smaller than that of its image."));
    }
}
