package io.gantry.engine.log;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.KernelException;
import io.gantry.linux.OpenFlags;
import io.gantry.linux.Stat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;

/** An open log file. It stays the same one when it is renamed or deleted. */
final class LogFile implements AutoCloseable {
    private final Fd fd;
    private final FileChannel channel;
    private final Stat identity;

    private LogFile(Fd fd, FileChannel channel) {
        this.fd = fd;
        this.channel = channel;
        this.identity = Stat.of(fd);
    }

    /** Opens what has this name now; empty if nothing has. */
    static Optional<LogFile> open(Path path) throws IOException {
        try {
            Fd fd = Fd.open(path, OpenFlags.O_RDONLY);
            try {
                return Optional.of(new LogFile(fd, FileChannel.open(fd.path(), StandardOpenOption.READ)));
            } catch (IOException | RuntimeException e) {
                fd.close();
                throw e;
            }
        } catch (KernelException e) {
            if (e.is(Errno.ENOENT, Errno.ENOTDIR)) {
                return Optional.empty();
            }
            throw new IOException(e.getMessage(), e);
        }
    }

    boolean isSame(LogFile other) {
        return identity.sameFile(other.identity);
    }

    long size() throws IOException {
        return channel.size();
    }

    /** When it was last written to. */
    Instant modified() {
        return Stat.of(fd).mtime();
    }

    /** Reads at a place; gives -1 at the end. */
    int read(ByteBuffer into, long position) throws IOException {
        return channel.read(into, position);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        fd.close();
    }
}
