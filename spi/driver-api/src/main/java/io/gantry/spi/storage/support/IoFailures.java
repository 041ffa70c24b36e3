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
    private static final String FREE_SPACE = "free space or inodes on the file system, see df and df -i";
    private static final String RAISE_QUOTA = "raise the quota or free space within it";

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
            return outOfSpace(attempted, reason, FREE_SPACE, cause);
        }
        if (lower.contains("disk quota exceeded")) {
            return new OutOfSpaceException(
                    new Problem(attempted, reason, "raise the quota or free space in it"), cause);
        }
        return new IoFailureException(Problem.of(attempted, reason), cause);
    }

    /**
     * The same for a failed system call.
     *
     * @param attempted a phrase that follows "cannot", as in {@link Problem}
     * @param errno the kernel's name for the error, such as {@code ENOSPC}
     * @param reason what the call was and why it failed
     */
    public static DriverException of(String attempted, String errno, String reason, Throwable cause) {
        return switch (errno) {
            case "ENOSPC" -> outOfSpace(attempted, reason, FREE_SPACE, cause);
            case "EDQUOT" -> outOfSpace(attempted, reason, RAISE_QUOTA, cause);
            default -> new IoFailureException(Problem.of(attempted, reason), cause);
        };
    }

    private static OutOfSpaceException outOfSpace(String attempted, String reason, String remedy, Throwable cause) {
        return new OutOfSpaceException(new Problem(attempted, reason, remedy), cause);
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
