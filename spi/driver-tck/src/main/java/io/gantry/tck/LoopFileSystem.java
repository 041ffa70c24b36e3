package io.gantry.tck;

import io.gantry.linux.Mounts;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/** A file system of a kind that the machine does not run on, in a sparse file, mounted in a directory of its own. Needs root, loop devices and the {@code mkfs} program of that kind. */
public final class LoopFileSystem implements SmallDisk {
    private final Path base;

    private LoopFileSystem(Path base) {
        this.base = base;
    }

    /**
     * Makes and mounts one.
     *
     * @param bytes its size; xfs takes no less than 300 MiB
     * @param mountOptions as for {@code mount -o}, such as {@code pquota}; may be empty
     * @param mkfs the program with its options; the file's name is added
     */
    public static LoopFileSystem make(long bytes, String mountOptions, String... mkfs) throws IOException {
        LoopFileSystem made = new LoopFileSystem(Files.createTempDirectory("gantry-loop-"));
        try {
            Path image = made.base.resolve("image");
            try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
                file.setLength(bytes);
            }
            List<String> format = new ArrayList<>(List.of(mkfs));
            format.add(image.toString());
            run(format);
            Files.createDirectory(made.path());
            String options = mountOptions.isEmpty() ? "loop" : "loop," + mountOptions;
            run(List.of("mount", "-o", options, image.toString(), made.path().toString()));
            Mounts.makePrivate(made.path());
            return made;
        } catch (IOException | RuntimeException e) {
            made.close();
            throw e;
        }
    }

    /**
     * Makes and mounts an xfs, with project quotas enforced if this kernel has them ({@code CONFIG_XFS_QUOTA}); see {@link io.gantry.linux.ProjectQuota#isEnforced}.
     *
     * @param mkfsOptions such as {@code -m reflink=0}
     */
    public static LoopFileSystem xfs(long bytes, String... mkfsOptions) throws IOException {
        List<String> mkfs = new ArrayList<>(List.of("mkfs.xfs", "-q"));
        mkfs.addAll(List.of(mkfsOptions));
        try {
            return make(bytes, "pquota", mkfs.toArray(String[]::new));
        } catch (IOException withQuotas) {
            try {
                return make(bytes, "", mkfs.toArray(String[]::new));
            } catch (IOException e) {
                e.addSuppressed(withQuotas);
                throw e;
            }
        }
    }

    @Override
    public Path path() {
        return base.resolve("mounted");
    }

    @Override
    public void fill(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            // Again and again, since what is reserved while data waits to be written is more than it takes in the end,
            // and what was deleted is free only when the journal is written.
            long before;
            do {
                before = channel.position();
                writeAsMuchAsFits(channel);
                channel.force(true);
            } while (channel.position() > before);
        }
    }

    private static void writeAsMuchAsFits(FileChannel channel) throws IOException {
        ByteBuffer block = ByteBuffer.allocateDirect(4096);
        try {
            while (true) {
                channel.write(block.clear());
            }
        } catch (IOException e) {
            if (!String.valueOf(e.getMessage()).contains("No space left on device")) {
                throw e;
            }
        }
    }

    /** Unmounts it and deletes the file. The loop device goes with the mount. */
    @Override
    public void close() throws IOException {
        Mounts.detach(base);
        Files.deleteIfExists(path());
        Files.deleteIfExists(base.resolve("image"));
        Files.delete(base);
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.onExit().join().exitValue();
        if (code != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + code + ": " + output.strip());
        }
    }
}
