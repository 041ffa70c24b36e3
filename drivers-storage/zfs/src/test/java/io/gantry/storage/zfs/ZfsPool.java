package io.gantry.storage.zfs;

import io.gantry.tck.SmallDisk;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;

/** A pool of a test's own, in a sparse file, with a dataset mounted beneath temporary files. */
final class ZfsPool implements SmallDisk {
    private static final Path DEVICE = Path.of("/dev/zfs");

    private final Path base;
    private final String name;

    private ZfsPool(Path base) {
        this.base = base;
        name = base.getFileName().toString();
    }

    /** Ends the test as skipped where there is no ZFS. */
    static void assumeZfs() {
        Assumptions.assumeTrue(Files.exists(DEVICE), "this kernel has no ZFS: there is no " + DEVICE);
        Assumptions.assumeTrue(ZfsPrograms.find().isPresent(), "the programs zfs and zpool are not installed");
    }

    /** @param bytes no less than 64 MiB, of which a half is kept back by ZFS */
    static ZfsPool make(long bytes) throws IOException {
        ZfsPool pool = new ZfsPool(Files.createTempDirectory("gantry-zfs-"));
        try {
            Path device = pool.base.resolve("device");
            try (RandomAccessFile file = new RandomAccessFile(device.toFile(), "rw")) {
                file.setLength(bytes);
            }
            String place = pool.path().toString();
            // Compression off: what the suite writes must take its space.
            pool.run(
                    "zpool",
                    "create",
                    "-o",
                    "cachefile=none",
                    "-O",
                    "compression=off",
                    "-m",
                    place,
                    pool.name,
                    device.toString());
            pool.run("zfs", "create", "-o", "mountpoint=none", pool.reserve());
            return pool;
        } catch (IOException | RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    /** The pool's name, which is that of its topmost dataset. */
    String name() {
        return name;
    }

    /** All datasets and snapshots beneath one, by their names. */
    List<String> datasets(String beneath) throws IOException {
        return run("zfs", "list", "-H", "-o", "name", "-r", "-t", "all", beneath)
                .lines()
                .toList();
    }

    /** Runs a program and gives its output. */
    String run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.onExit().join().exitValue();
        if (code != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + code + ": " + output.strip());
        }
        return output;
    }

    @Override
    public Path path() {
        return base.resolve("mounted");
    }

    /** A file leaves some room, as datasets need more at a time than it does; that is reserved. */
    @Override
    public void fill(Path file) throws IOException {
        byte[] noise = new byte[64 * 1024];
        new Random(3).nextBytes(noise);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            writeAsMuchAsFits(channel, ByteBuffer.wrap(noise));
        }
        run("zpool", "sync", name);
        String left = run("zfs", "list", "-H", "-p", "-o", "available", name).strip();
        run("zfs", "set", "reservation=" + left, reserve());
    }

    private static void writeAsMuchAsFits(FileChannel channel, ByteBuffer block) throws IOException {
        try {
            while (true) {
                channel.write(block.rewind());
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No space left on device")) {
                throw e;
            }
        }
    }

    /** Destroyed datasets are freed in the background, and what is freed can be used two groups of transactions later. */
    @Override
    public void settle() throws IOException {
        run("zfs", "set", "reservation=none", reserve());
        run("zpool", "wait", "-t", "free", name);
        for (int i = 0; i < 3; i++) {
            run("zpool", "sync", name);
        }
    }

    private String reserve() {
        return name + "/reserve";
    }

    @Override
    public void close() throws IOException {
        if (run("zpool", "list", "-H", "-o", "name").lines().anyMatch(name::equals)) {
            run("zpool", "destroy", "-f", name);
        }
        Files.deleteIfExists(base.resolve("device"));
        Files.deleteIfExists(path());
        Files.delete(base);
    }
}
