package io.gantry.engine.whole;

import io.gantry.engine.EngineConfig;
import io.gantry.tck.LoopFileSystem;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What storage drivers stand on here: a btrfs in a file, a zpool in a file and a thin pool in files, as far as the kernel has them. */
final class StorageGround implements AutoCloseable {
    /** Every driver of the distribution. */
    static final String ALL = "overlay2,overlay,vfs,btrfs,zfs,devicemapper";

    private static final long BTRFS_BYTES = 1L << 30;
    private static final long POOL_BYTES = 2L << 30;

    private final Map<String, String> options = new LinkedHashMap<>();
    private final Map<String, Path> roots = new LinkedHashMap<>();
    private Optional<LoopFileSystem> btrfs = Optional.empty();
    private Optional<String> pool = Optional.empty();
    private Optional<Path> poolFile = Optional.empty();

    private StorageGround() {}

    /** @param directory where files of pools may be made */
    static StorageGround in(Path directory) throws IOException {
        StorageGround ground = new StorageGround();
        try {
            if (Files.readString(Path.of("/proc/filesystems")).contains("btrfs")) {
                LoopFileSystem made = LoopFileSystem.make(BTRFS_BYTES, "", "mkfs.btrfs", "-q");
                ground.btrfs = Optional.of(made);
                ground.roots.put("btrfs", made.path());
            }
            if (Files.exists(Path.of("/dev/zfs"))) {
                ground.makePool(directory);
            }
            ground.options.put("dm.fs", "ext4");
            ground.options.put("dm.basesize", "256m");
            ground.options.put("dm.loopdatasize", "4g");
            ground.options.put("dm.loopmetadatasize", "16m");
            return ground;
        } catch (IOException | RuntimeException e) {
            ground.close();
            throw e;
        }
    }

    private void makePool(Path directory) throws IOException {
        Path file = directory.resolve("zpool");
        poolFile = Optional.of(file);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(POOL_BYTES);
        }
        String name = "gantrytest" + ProcessHandle.current().pid();
        WholeEngine.run("zpool", "create", "-f", "-m", "none", name, file.toString());
        pool = Optional.of(name);
        WholeEngine.run("zfs", "create", "-o", "mountpoint=none", name + "/layers");
        options.put("zfs.fsname", name + "/layers");
    }

    /** A configuration in which all of it is used. */
    EngineConfig in(EngineConfig config) {
        return config.withStorage(Optional.of("vfs"), options, roots);
    }

    /** The layers that are recorded below a driver's root. */
    static List<String> layers(Path root) throws IOException {
        List<String> records = new ArrayList<>();
        if (Files.isDirectory(root.resolve("catalog"))) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(root.resolve("catalog"))) {
                for (Path file : files) {
                    records.add(Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "");
                }
            }
        }
        return records;
    }

    @Override
    public void close() throws IOException {
        if (pool.isPresent()) {
            WholeEngine.run("zpool", "destroy", "-f", pool.get());
        }
        if (poolFile.isPresent()) {
            Files.deleteIfExists(poolFile.get());
        }
        if (btrfs.isPresent()) {
            btrfs.get().close();
        }
    }
}
