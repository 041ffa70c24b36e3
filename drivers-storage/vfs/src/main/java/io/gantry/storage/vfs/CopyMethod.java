package io.gantry.storage.vfs;

import io.gantry.linux.Fd;
import io.gantry.linux.FileData;
import io.gantry.linux.OpenFlags;
import io.gantry.spi.storage.support.IoFailures;
import io.gantry.spi.storage.support.LayerDirectories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How file content is copied in a directory, found by copying a block. */
final class CopyMethod {
    private CopyMethod() {}

    static FileData.Method of(Path directory) {
        try {
            Path probe = Files.createTempDirectory(directory, LayerDirectories.TRIAL);
            Path from = probe.resolve("from");
            Path to = probe.resolve("to");
            try {
                Files.write(from, new byte[64 * 1024]);
                Files.createFile(to);
                try (Fd source = Fd.open(from, OpenFlags.O_RDONLY);
                        Fd target = Fd.open(to, OpenFlags.O_WRONLY)) {
                    return FileData.copy(source, target);
                }
            } finally {
                Files.deleteIfExists(from);
                Files.deleteIfExists(to);
                Files.delete(probe);
            }
        } catch (IOException e) {
            throw IoFailures.of("try out how files are copied in " + directory, e);
        }
    }

    static String nameOf(FileData.Method method) {
        return switch (method) {
            case CLONED -> "reflink";
            case COPIED_IN_KERNEL -> "copy_file_range";
            case COPIED -> "read and write";
        };
    }

    static String reason(FileData.Method method, String backing) {
        return switch (method) {
            case CLONED -> backing + " shares blocks between files, so copies take no space until they are changed";
            case COPIED_IN_KERNEL -> backing + " cannot share blocks between files; the kernel copies them";
            case COPIED -> backing + " cannot share blocks between files, nor can the kernel copy them";
        };
    }
}
