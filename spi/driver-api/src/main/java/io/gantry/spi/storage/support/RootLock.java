package io.gantry.spi.storage.support;

import io.gantry.spi.FailedPreconditionException;
import io.gantry.spi.Problem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps a root to one open driver, over all processes. The kernel lets go of it when the process ends, however it ends. */
public final class RootLock implements AutoCloseable {
    private final Path file;
    private final FileChannel channel;

    private RootLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /**
     * Takes the lock, the file {@code lock} in the root.
     *
     * @throws FailedPreconditionException if the root is open already
     */
    public static RootLock take(Path root) {
        Path file = root.resolve("lock");
        try {
            FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                FileLock lock = channel.tryLock();
                if (lock == null) {
                    throw inUse(root, "another process has it open");
                }
                return new RootLock(file, channel);
            } catch (OverlappingFileLockException e) {
                channel.close();
                throw inUse(root, "this process has it open already");
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw IoFailures.of("lock " + file, e);
        }
    }

    /** Lets go. Idempotent. */
    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw IoFailures.of("release the lock " + file, e);
        }
    }

    private static FailedPreconditionException inUse(Path root, String why) {
        return new FailedPreconditionException(
                new Problem("open " + root, why, "stop the other engine, or give this one another data root"));
    }
}
