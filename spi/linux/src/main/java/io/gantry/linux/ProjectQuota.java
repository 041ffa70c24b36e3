package io.gantry.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Size limits on directory trees by project quota: xfs mounted with {@code pquota}, ext4 with the {@code project} and
 * {@code quota} features. A directory gets a project number that all it will hold inherits
 * ({@code FS_IOC_FSSETXATTR}), and the number gets a limit ({@code quotactl(2)}, by {@code quotactl_fd(2)} from Linux 5.14,
 * before that by the block device). A container without {@code CAP_SYS_RESOURCE} cannot write beyond it. Thread-safe.
 */
public final class ProjectQuota {
    private static final int PROJECT = 2;
    private static final int Q_XGETQUOTA = quotaCommand(0x5803);
    private static final int Q_XSETQLIM = quotaCommand(0x5804);
    private static final int Q_XGETQSTAT = quotaCommand(0x5805);
    private static final int QUOTA_SIZE = 112;
    private static final int STATE_SIZE = 128;
    private static final int PROJECT_ENFORCED = 1 << 5;
    private static final int BLOCK = 512;
    private static final int FSXATTR_SIZE = 28;
    private static final long FSGETXATTR = Ioctl.read('X', 31, FSXATTR_SIZE);
    private static final long FSSETXATTR = Ioctl.write('X', 32, FSXATTR_SIZE);
    private static final int INHERIT = 0x200;

    private final Path directory;

    private ProjectQuota(Path directory) {
        this.directory = directory;
    }

    /**
     * What a project uses and may use.
     *
     * @param usedBytes space taken
     * @param usedInodes files, directories and others
     * @param limitBytes 0 for no limit
     */
    public record Usage(long usedBytes, long usedInodes, long limitBytes) {}

    /** The quotas of the file system that an existing directory lies on; use {@link #isEnforced} to see if it has any. */
    public static ProjectQuota of(Path directory) {
        return new ProjectQuota(directory);
    }

    /** Whether the file system counts and limits projects as it is mounted now, and we may ask it to: not so in a user namespace. */
    public boolean isEnforced() {
        byte[] state = new byte[STATE_SIZE];
        Struct.view(state).put(0, (byte) 1);
        try {
            quota(Q_XGETQSTAT, 0, state);
        } catch (KernelException e) {
            if (e.is(
                    Errno.ENOSYS,
                    Errno.EPERM,
                    Errno.EACCES,
                    Errno.EINVAL,
                    Errno.ESRCH,
                    Errno.EOPNOTSUPP,
                    Errno.ENOTBLK,
                    Errno.ENODEV,
                    Errno.ENOENT)) {
                return false;
            }
            throw e;
        }
        return (Struct.view(state).getShort(2) & PROJECT_ENFORCED) != 0;
    }

    /**
     * Puts a directory, and all that will be made in it, under a project. What it holds already is not moved.
     *
     * @param project 1 to 2^32-1; the caller sees to it that each tree has its own
     */
    public static void assign(Path directory, long project) {
        try (Fd fd = Fd.open(directory, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY)) {
            byte[] attributes = attributes(fd);
            ByteBuffer view = Struct.view(attributes);
            view.putInt(0, view.getInt(0) | INHERIT).putInt(12, (int) project);
            Ioctl.call(fd, FSSETXATTR, "FS_IOC_FSSETXATTR of " + directory, attributes);
        }
    }

    /** The project that a directory is under; 0 for none. */
    public static long assigned(Path directory) {
        try (Fd fd = Fd.open(directory, OpenFlags.O_RDONLY | OpenFlags.O_DIRECTORY)) {
            return Integer.toUnsignedLong(Struct.view(attributes(fd)).getInt(12));
        }
    }

    /** Limits a project's space; 0 lifts the limit. Rounded down to 512 bytes. */
    public void limit(long project, long bytes) {
        byte[] quota = new byte[QUOTA_SIZE];
        int blockLimits = 1 << 2 | 1 << 3;
        Struct.view(quota)
                .put(0, (byte) 1)
                .put(1, (byte) PROJECT)
                .putShort(2, (short) blockLimits)
                .putInt(4, (int) project)
                .putLong(8, bytes / BLOCK)
                .putLong(16, bytes / BLOCK);
        quota(Q_XSETQLIM, (int) project, quota);
    }

    /** What a project uses; all 0 for one never used. */
    public Usage usage(long project) {
        byte[] quota = new byte[QUOTA_SIZE];
        try {
            quota(Q_XGETQUOTA, (int) project, quota);
        } catch (KernelException e) {
            if (e.is(Errno.ENOENT)) {
                return new Usage(0, 0, 0);
            }
            throw e;
        }
        ByteBuffer view = Struct.view(quota);
        return new Usage(view.getLong(40) * BLOCK, view.getLong(48), view.getLong(8) * BLOCK);
    }

    /** A project number that nothing uses and no limit is set for, picked at random so that several callers do not meet. */
    public long unusedProject() {
        while (true) {
            long project = ThreadLocalRandom.current().nextLong(1L << 16, 1L << 32);
            if (usage(project).equals(new Usage(0, 0, 0))) {
                return project;
            }
        }
    }

    private static byte[] attributes(Fd fd) {
        byte[] attributes = new byte[FSXATTR_SIZE];
        Ioctl.call(fd, FSGETXATTR, "FS_IOC_FSGETXATTR", attributes);
        return attributes;
    }

    private void quota(int command, int project, byte[] argument) {
        try (Fd fd = Fd.open(directory, OpenFlags.O_RDONLY)) {
            if (LibC.calls().syscall(LibC.Sys.QUOTACTL_FD, fd.value(), command, project, argument) == 0) {
                return;
            }
            KernelException failure = KernelException.last("quotactl", "project " + project + " at " + directory);
            if (!failure.is(Errno.ENOSYS)) {
                throw failure;
            }
        }
        quotaByDevice(command, project, argument);
    }

    /** A device node of our own: the source in the mount table need not exist in this mount namespace. */
    private void quotaByDevice(int command, int project, byte[] argument) {
        long device = Stat.following(directory)
                .orElseThrow(() -> new KernelException("quotactl", directory.toString(), Errno.ENOENT))
                .device();
        try {
            Path holder = Files.createTempDirectory(directory, FileSystems.TRIAL);
            try (OpenDirectory open = OpenDirectory.open(holder)) {
                open.makeNode("device", FileKind.BLOCK_DEVICE, 0600, device);
                byte[] node = KernelString.terminated(holder.resolve("device").toString());
                int result = LibC.calls().quotactl(command, node, project, argument);
                KernelException failure = KernelException.last("quotactl", "project " + project + " at " + directory);
                open.remove("device");
                if (result != 0) {
                    throw failure;
                }
            } finally {
                Files.delete(holder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a device node in " + directory, e);
        }
    }

    private static int quotaCommand(int command) {
        return command << 8 | PROJECT;
    }
}
