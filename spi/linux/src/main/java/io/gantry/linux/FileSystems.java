package io.gantry.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Questions to file systems and whole-file-system operations. Thread-safe. */
public final class FileSystems {
    /** How directories begin in which something is tried out. One that is old was left by a process that was killed, and may be deleted. */
    public static final String TRIAL = ".trial-";

    private FileSystems() {}

    /** {@code statfs(2)} of the file system that {@code path} lies on. */
    public static FileSystemInfo info(Path path) {
        byte[] result = new byte[FileSystemInfo.SIZE];
        if (LibC.calls().statfs(KernelString.terminated(path.toString()), result) != 0) {
            throw KernelException.last("statfs", path.toString());
        }
        return FileSystemInfo.of(result);
    }

    /** {@code fstatfs(2)} of the file system that an open file lies on; works with {@code O_PATH}. */
    public static FileSystemInfo info(Fd fd) {
        byte[] result = new byte[FileSystemInfo.SIZE];
        if (LibC.calls().fstatfs(fd.value(), result) != 0) {
            throw KernelException.last("fstatfs", fd.toString());
        }
        return FileSystemInfo.of(result);
    }

    /**
     * Whether directories keep the type of their entries ({@code d_type}), without which overlay cannot tell whiteouts;
     * xfs made with {@code ftype=0} does not. Tried out with an entry made and removed in {@code directory}.
     *
     * @throws IOException if the entry cannot be made
     */
    public static boolean keepsEntryTypes(Path directory) throws IOException {
        Path probe = Files.createTempDirectory(directory, TRIAL);
        try {
            Files.createFile(probe.resolve("file"));
            try (OpenDirectory open = OpenDirectory.open(probe)) {
                return open.list().stream().allMatch(entry -> entry.kind() == FileKind.REGULAR);
            }
        } finally {
            Files.deleteIfExists(probe.resolve("file"));
            Files.delete(probe);
        }
    }

    /** {@code syncfs(2)}: makes everything written to the file system of {@code path} durable, and reports lost writes. */
    public static void sync(Path path) {
        try (Fd fd = Fd.open(path, OpenFlags.O_RDONLY)) {
            if (LibC.calls().syncfs(fd.value()) != 0) {
                throw KernelException.last("syncfs", path.toString());
            }
        }
    }

    /** {@code fsync(2)} of a file or directory; of a directory it makes names created, renamed and removed in it durable. */
    public static void syncFile(Path path) {
        try (Fd fd = Fd.open(path, OpenFlags.O_RDONLY)) {
            if (LibC.calls().fsync(fd.value()) != 0) {
                throw KernelException.last("fsync", path.toString());
            }
        }
    }
}
