package io.gantry.storage.btrfs;

import io.gantry.linux.Errno;
import io.gantry.linux.Fd;
import io.gantry.linux.Ioctl;
import io.gantry.linux.KernelException;
import io.gantry.linux.KernelString;
import io.gantry.linux.OpenDirectory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The ioctls on subvolumes, with the structures of {@code include/uapi/linux/btrfs.h}. Failures are {@link KernelException}s. */
final class Subvolumes {
    /** What all of btrfs's requests share ({@code BTRFS_IOCTL_MAGIC}). */
    static final int MAGIC = 0x94;

    /** The inode number of every subvolume's root directory ({@code BTRFS_FIRST_FREE_OBJECTID}). */
    static final long ROOT_INODE = 256;

    private static final int ARGUMENTS = 4096;
    private static final int FLAGS = 16;
    private static final int NAME = 56;
    private static final int LONGEST_NAME = 255;
    private static final int INFO_SIZE = 504;
    private static final long READ_ONLY = 1 << 1;
    private static final long BY_ID = 1 << 4;

    private static final long CREATE = Ioctl.write(MAGIC, 24, ARGUMENTS);
    private static final long SNAPSHOT = Ioctl.write(MAGIC, 23, ARGUMENTS);
    private static final long DESTROY = Ioctl.write(MAGIC, 63, ARGUMENTS);
    private static final long GET_FLAGS = Ioctl.read(MAGIC, 25, Long.BYTES);
    private static final long SET_FLAGS = Ioctl.write(MAGIC, 26, Long.BYTES);
    private static final long GET_INFO = Ioctl.read(MAGIC, 60, INFO_SIZE);

    private Subvolumes() {}

    /**
     * What the kernel knows of a subvolume.
     *
     * @param id its number, also that of its tree and, at level 0, of its quota group
     * @param readOnly whether nobody can write to it
     * @param changed the last transaction that changed a file or directory in it
     * @param born the transaction that made it: what is younger belongs to it alone
     */
    record Info(long id, boolean readOnly, long changed, long born) {}

    /** Makes an empty one; its root directory's mode passes through the umask. */
    static void create(OpenDirectory in, String name) {
        Ioctl.call(in.fd(), CREATE, "BTRFS_IOC_SUBVOL_CREATE_V2 " + name + " in " + in.name(), named(name));
    }

    /** Makes a writable copy of a subvolume, which shares all blocks with it. Subvolumes within it show as empty directories. */
    static void snapshot(OpenDirectory subvolume, OpenDirectory in, String name) {
        byte[] arguments = named(name);
        view(arguments).putLong(0, subvolume.fd().value());
        Ioctl.call(
                in.fd(),
                SNAPSHOT,
                "BTRFS_IOC_SNAP_CREATE_V2 of " + subvolume.name() + " as " + name + " in " + in.name(),
                arguments);
    }

    /** Takes one out of its directory. Its blocks are freed by the kernel in the background. ENOTEMPTY if another subvolume lies within. */
    static void destroy(OpenDirectory in, String name) {
        Ioctl.call(in.fd(), DESTROY, "BTRFS_IOC_SNAP_DESTROY_V2 of " + name + " in " + in.name(), named(name));
    }

    /**
     * The same by number, wherever it lies.
     *
     * @param any anything open on the file system
     */
    static void destroy(Fd any, long id) {
        byte[] arguments = new byte[ARGUMENTS];
        view(arguments).putLong(FLAGS, BY_ID).putLong(NAME, id);
        Ioctl.call(any, DESTROY, "BTRFS_IOC_SNAP_DESTROY_V2 of subvolume " + id, arguments);
    }

    /** The subvolume that an open file lies in. */
    static Info info(Fd within) {
        byte[] result = new byte[INFO_SIZE];
        Ioctl.call(within, GET_INFO, "BTRFS_IOC_GET_SUBVOL_INFO", result);
        ByteBuffer info = view(result);
        // The flags here are those on disk, where read-only is bit 0.
        return new Info(info.getLong(0), (info.getLong(288) & 1) != 0, info.getLong(344), info.getLong(352));
    }

    /** Whether an open directory is the root of a subvolume; the file system must be btrfs. */
    static boolean isRoot(OpenDirectory directory) {
        return directory.stat().inode() == ROOT_INODE;
    }

    /** Makes a subvolume unchangeable, or changeable again; does nothing if it is so already. */
    static void setReadOnly(OpenDirectory subvolume, boolean readOnly) {
        byte[] flags = new byte[Long.BYTES];
        Ioctl.call(subvolume.fd(), GET_FLAGS, "BTRFS_IOC_SUBVOL_GETFLAGS of " + subvolume.name(), flags);
        long before = view(flags).getLong(0);
        long after = readOnly ? before | READ_ONLY : before & ~READ_ONLY;
        if (after != before) {
            view(flags).putLong(0, after);
            Ioctl.call(subvolume.fd(), SET_FLAGS, "BTRFS_IOC_SUBVOL_SETFLAGS of " + subvolume.name(), flags);
        }
    }

    /** Opens a directory below another one, step by step, since the whole may be longer than the kernel takes paths, and with one descriptor open at a time. */
    static OpenDirectory walk(OpenDirectory from, List<String> names) {
        OpenDirectory at = OpenDirectory.open(from.fd().path());
        for (String name : names) {
            try (OpenDirectory left = at) {
                at = left.directory(name);
            }
        }
        return at;
    }

    static ByteBuffer view(byte[] structure) {
        return ByteBuffer.wrap(structure).order(ByteOrder.nativeOrder());
    }

    private static byte[] named(String name) {
        byte[] text = KernelString.encode(name);
        if (text.length > LONGEST_NAME) {
            throw new KernelException("ioctl", name, Errno.ENAMETOOLONG);
        }
        byte[] arguments = new byte[ARGUMENTS];
        System.arraycopy(text, 0, arguments, NAME, text.length);
        return arguments;
    }
}
