package io.gantry.spi.storage.support;

import io.gantry.spi.DriverException;
import io.gantry.spi.IoFailureException;
import io.gantry.spi.OutOfSpaceException;
import io.gantry.spi.Problem;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;

/** Turns the JDK's I/O exceptions into the SPI's. */
public final class IoFailures {
    private IoFailures() {}

    /**
     * {@link OutOfSpaceException} where the disk, the quota or the inodes are used up, {@link IoFailureException} otherwise.
     *
     * @param attempted a phrase that follows "cannot", as in {@link Problem}
     */
    public static DriverException of(String attempted, IOException cause) {
        String reason = reasonOf(cause);
        String lower = reason.toLowerCase(Locale.ROOT);
        if (lower.contains("no space left on device")) {
            return outOfSpace(attempted, reason, cause);
        }
        if (lower.contains("disk quota exceeded")) {
            return new OutOfSpaceException(
                    new Problem(attempted, reason, "raise the quota or free space in it"), cause);
        }
        return new IoFailureException(Problem.of(attempted, reason), cause);
    }

    /** The disk is full, told in the words that every driver uses. */
    public static OutOfSpaceException outOfSpace(String attempted, String reason, Throwable cause) {
        return new OutOfSpaceException(
                new Problem(attempted, reason, "free space or inodes on the file system, see df and df -i"), cause);
    }

    private static String reasonOf(IOException cause) {
        if (cause instanceof NoSuchFileException missing) {
            return "no such file or directory: " + missing.getFile();
        }
        if (cause instanceof FileSystemException) {
            return cause.getMessage();
        }
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
