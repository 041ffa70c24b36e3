package io.gantry.storage.devicemapper;

import io.gantry.linux.Kernel;
import io.gantry.spi.InvalidArgumentException;
import io.gantry.spi.Options;
import io.gantry.spi.Problem;
import io.gantry.spi.UnsupportedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The driver's options, read and checked against each other.
 *
 * @param pool where the thin pool comes from
 * @param baseSize what the user wants as size of the base device, in bytes; empty for the default of 10 GiB, and for what it is once it exists
 * @param fs the layers' file system, if the user named one
 * @param mkfsArguments further arguments for its mkfs
 * @param mountOptions further options for mounts
 * @param discard whether blocks are discarded before deletion
 * @param deferredRemoval whether a device in use may be removed when it is closed
 * @param deferredDeletion whether a layer in use may be deleted later
 * @param minimumFree percent of the pool that must be free for a new layer
 */
record Settings(
        PoolSource pool,
        Optional<Long> baseSize,
        Optional<FsType> fs,
        List<String> mkfsArguments,
        List<String> mountOptions,
        boolean discard,
        boolean deferredRemoval,
        boolean deferredDeletion,
        int minimumFree) {

    static final long DEFAULT_BASE_SIZE = 10L << 30;

    private static final long SECTOR = 512;
    private static final long BLOCK_STEP = 64 << 10;
    private static final long LARGEST_BLOCK = 1 << 30;
    private static final Pattern PERCENT = Pattern.compile("(\\d{1,2})%");
    private static final String ATTEMPTED = "read the options of storage driver devicemapper";

    /** Where the thin pool comes from. */
    sealed interface PoolSource {
        /**
         * It exists.
         *
         * @param name in device-mapper, without {@code /dev/mapper/}
         */
        record Given(String name) implements PoolSource {}

        /** It is made on two block devices. Block size in sectors. */
        record Devices(Path data, Path metadata, long blockSectors) implements PoolSource {}

        /** It is made on two sparse files in the driver's root. Sizes in bytes, block size in sectors. */
        record Files(long dataSize, long metadataSize, long blockSectors) implements PoolSource {}
    }

    /** Reads the options; refuses what cannot be honoured. */
    static Settings of(Options options) {
        refuseDirectLvm(options);
        if (options.isGiven(DmOptions.XFS_RETRIES)) {
            throw new UnsupportedException(
                    new Problem(
                            ATTEMPTED,
                            DmOptions.XFS_RETRIES
                                    + " is a setting of a mounted file system, and layers are mounted by the engine, not by the driver",
                            "leave it out: a pool that the driver makes fails writes at once when it is full; or write to /sys/fs/xfs/DEVICE/error/metadata/ENOSPC/max_retries yourself"));
        }
        checkLogLevel(options);
        PoolSource pool = pool(options);
        boolean deferredRemoval = options.flag(DmOptions.DEFERRED_REMOVAL);
        boolean deferredDeletion = options.flag(DmOptions.DEFERRED_DELETION);
        if (deferredDeletion && !deferredRemoval && options.isGiven(DmOptions.DEFERRED_DELETION)) {
            throw invalid(
                    "devmapper: Deferred deletion can not be enabled as deferred removal is not enabled",
                    "enable deferred removal using `--storage-opt dm.use_deferred_removal=true` parameter");
        }
        return new Settings(
                pool,
                options.size(DmOptions.BASE_SIZE),
                options.string(DmOptions.FILE_SYSTEM).map(Settings::fs),
                words(options.string(DmOptions.MKFS_ARGUMENT), "\\s+"),
                words(options.string(DmOptions.MOUNT_OPTIONS), ","),
                options.isGiven(DmOptions.DISCARD) ? options.flag(DmOptions.DISCARD) : pool instanceof PoolSource.Files,
                deferredRemoval,
                deferredDeletion && deferredRemoval,
                percent(options.string(DmOptions.MIN_FREE_SPACE).orElse("10%")));
    }

    /** The file system to make: what the user wants, else xfs where it works, as Docker. */
    FsType fsToMake() {
        return fs.orElseGet(() ->
                Program.find(FsType.XFS.mkfs()).isPresent() && Kernel.hasFileSystem("xfs") ? FsType.XFS : FsType.EXT4);
    }

    /** How a layer with that file system is mounted. */
    List<String> mountOptions(FsType type, boolean readOnly) {
        List<String> all = new ArrayList<>(type.mountOptions());
        if (readOnly) {
            all.add("ro");
        } else if (discard && !mountOptions.contains("nodiscard")) {
            all.add("discard");
        }
        all.addAll(mountOptions);
        return List.copyOf(all);
    }

    private static PoolSource pool(Options options) {
        Optional<Path> data = options.string(DmOptions.DATA_DEVICE).map(Path::of);
        Optional<Path> metadata = options.string(DmOptions.METADATA_DEVICE).map(Path::of);
        long block = options.size(DmOptions.BLOCK_SIZE).orElse(BLOCK_STEP);
        if (block < BLOCK_STEP || block > LARGEST_BLOCK || block % BLOCK_STEP != 0) {
            throw invalid(
                    "dm.blocksize is " + block + " bytes, and the kernel takes multiples of 64k from 64k to 1g",
                    "give one of those, such as 64k or 512k");
        }
        Optional<String> given = options.string(DmOptions.THIN_POOL_DEVICE);
        if (given.isPresent()) {
            if (data.isPresent() || metadata.isPresent()) {
                throw invalid(
                        "dm.thinpooldev is given together with dm.datadev or dm.metadatadev",
                        "name the pool, or the two devices to make one on");
            }
            String name = given.get().startsWith("/dev/mapper/")
                    ? given.get().substring("/dev/mapper/".length())
                    : given.get();
            if (name.isEmpty() || name.contains("/")) {
                throw invalid(
                        "dm.thinpooldev " + given.get() + " is not the name of a device-mapper device",
                        "give it as /dev/mapper/VG-POOL; dmsetup ls shows the names");
            }
            return new PoolSource.Given(name);
        }
        if (data.isPresent() != metadata.isPresent()) {
            throw invalid("one of dm.datadev and dm.metadatadev is given", "give both, or better dm.thinpooldev");
        }
        if (data.isPresent()) {
            return new PoolSource.Devices(data.get(), metadata.orElseThrow(), block / SECTOR);
        }
        return new PoolSource.Files(
                options.size(DmOptions.LOOP_DATA_SIZE).orElseThrow(),
                options.size(DmOptions.LOOP_METADATA_SIZE).orElseThrow(),
                block / SECTOR);
    }

    private static void refuseDirectLvm(Options options) {
        List<String> given =
                DmOptions.DIRECT_LVM.stream().filter(options::isGiven).toList();
        if (!given.isEmpty()) {
            String device = options.string(DmOptions.DIRECT_LVM_DEVICE).orElse("/dev/DISK");
            throw new UnsupportedException(new Problem(
                    ATTEMPTED,
                    String.join(", ", given)
                            + ": the driver gives no disk to LVM by itself, which would erase what is on it",
                    "run: vgcreate gantry " + device
                            + " && lvcreate --type thin-pool -l 95%FREE --poolmetadatasize 1g -n pool gantry;"
                            + " then start with --storage-opt dm.thinpooldev=/dev/mapper/gantry-pool"));
        }
    }

    private static void checkLogLevel(Options options) {
        options.integer(DmOptions.LOG_LEVEL).ifPresent(level -> {
            if (level < 0 || level > 7) {
                throw invalid("dm.libdm_log_level must be in range [0,7]", "leave it out: libdm is not used");
            }
        });
    }

    private static FsType fs(String name) {
        return FsType.of(name)
                .orElseThrow(() -> invalid("devmapper: Unsupported filesystem type " + name, "give dm.fs=xfs or ext4"));
    }

    private static int percent(String text) {
        Matcher matcher = PERCENT.matcher(text);
        if (!matcher.matches()) {
            throw invalid("dm.min_free_space is \"" + text + "\"", "give a percentage from 0% to 99%, such as 10%");
        }
        return Integer.parseInt(matcher.group(1));
    }

    private static List<String> words(Optional<String> text, String separator) {
        return text.stream()
                .flatMap(all -> List.of(all.split(separator)).stream())
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }

    private static InvalidArgumentException invalid(String reason, String remedy) {
        return new InvalidArgumentException(new Problem(ATTEMPTED, reason, remedy));
    }
}
