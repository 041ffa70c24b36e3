package io.gantry.storage.btrfs;

import io.gantry.linux.Errno;
import io.gantry.linux.Ioctl;
import io.gantry.linux.KernelException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The quota groups of level 0 of a btrfs, one for each subvolume. Quotas are turned on when somebody first asks for a limit, and never turned off: they may be another's by then.
 *
 * <p>Thread-safe.
 */
final class QuotaGroups {
    private static final long TREE = 8;
    private static final int STATUS = 240;
    private static final int INFO = 242;
    private static final int LIMIT = 244;
    private static final long INCONSISTENT = 1 << 2;
    private static final long SIMPLE = 1 << 3;
    private static final long MAX_REFERENCED = 1;

    private static final long CONTROL = Ioctl.readWrite(Subvolumes.MAGIC, 40, 16);
    private static final long CREATE = Ioctl.write(Subvolumes.MAGIC, 42, 16);
    private static final long SET_LIMIT = Ioctl.read(Subvolumes.MAGIC, 43, 48);
    private static final long RESCAN = Ioctl.write(Subvolumes.MAGIC, 44, 64);
    private static final long RESCAN_WAIT = Ioctl.none(Subvolumes.MAGIC, 46);
    private static final long ENABLE = 1;
    private static final long CLEAR = -1;

    private static final System.Logger LOG = System.getLogger(QuotaGroups.class.getName());

    private final Volume volume;

    QuotaGroups(Volume volume) {
        this.volume = volume;
    }

    /** How the file system counts. */
    enum Mode {
        /** Not at all. */
        DISABLED,
        /** By what each subvolume refers to, shared or not. */
        GROUPS,
        /** By what each subvolume wrote ({@code squota}, Linux 6.7). */
        SIMPLE
    }

    Mode mode() {
        return flags().map(flags -> (flags & SIMPLE) == 0 ? Mode.GROUPS : Mode.SIMPLE)
                .orElse(Mode.DISABLED);
    }

    /** Limits a subvolume, quotas turned on and counted through before if need be, which takes long on a large file system. */
    synchronized void limit(long subvolume, long bytes) {
        count();
        set(subvolume, bytes);
    }

    /** Lifts a subvolume's limit, if it has one: snapshots would inherit it. */
    void lift(long subvolume) {
        if (limit(subvolume).isPresent()) {
            set(subvolume, CLEAR);
        }
    }

    /** The limit of a subvolume, if it has one. */
    Optional<Long> limit(long subvolume) {
        return item(LIMIT, subvolume)
                .filter(limit -> (limit.getLong(0) & MAX_REFERENCED) != 0)
                .map(limit -> limit.getLong(8));
    }

    /** What counts for a subvolume's limit, 0 if nothing is counted. */
    long counted(long subvolume) {
        return item(INFO, subvolume).map(info -> info.getLong(8)).orElse(0L);
    }

    /** The subvolumes, there or not, that have a group. */
    Set<Long> all() {
        Set<Long> groups = new HashSet<>();
        try {
            volume.items(TREE, 0, INFO, (object, type, group, data) -> {
                // Groups of higher levels have that in the upper 16 bits.
                if (group >>> 48 == 0) {
                    groups.add(group);
                }
            });
        } catch (KernelException e) {
            if (!e.is(Errno.ENOENT)) {
                throw e;
            }
        }
        return groups;
    }

    /**
     * Destroys the group of a subvolume that was destroyed.
     *
     * @return false if the kernel still counts it: try again later
     */
    boolean destroy(long subvolume) {
        byte[] arguments = new byte[16];
        Subvolumes.view(arguments).putLong(0, 0).putLong(8, subvolume);
        try {
            Ioctl.call(volume.fd(), CREATE, "BTRFS_IOC_QGROUP_CREATE, to destroy 0/" + subvolume, arguments);
            return true;
        } catch (KernelException e) {
            if (e.is(Errno.EBUSY)) {
                return false;
            }
            // EINVAL and ENOTCONN: quotas are off.
            if (e.is(Errno.ENOENT, Errno.EINVAL, Errno.ENOTCONN)) {
                return true;
            }
            throw e;
        }
    }

    private void count() {
        Optional<Long> flags = flags();
        if (flags.isEmpty()) {
            LOG.log(System.Logger.Level.INFO, "quotas are turned on, since a layer is to have a size");
            byte[] arguments = new byte[16];
            Subvolumes.view(arguments).putLong(0, ENABLE);
            Ioctl.call(volume.fd(), CONTROL, "BTRFS_IOC_QUOTA_CTL, to turn quotas on", arguments);
        } else if ((flags.get() & SIMPLE) != 0) {
            return;
        } else if ((flags.get() & INCONSISTENT) != 0) {
            try {
                Ioctl.call(volume.fd(), RESCAN, "BTRFS_IOC_QUOTA_RESCAN", new byte[64]);
            } catch (KernelException e) {
                if (!e.is(Errno.EINPROGRESS)) {
                    throw e;
                }
            }
        }
        Ioctl.call(volume.fd(), RESCAN_WAIT, "BTRFS_IOC_QUOTA_RESCAN_WAIT", 0L);
    }

    private void set(long subvolume, long bytes) {
        byte[] arguments = new byte[48];
        Subvolumes.view(arguments)
                .putLong(0, subvolume)
                .putLong(8, MAX_REFERENCED)
                .putLong(16, bytes);
        Ioctl.call(volume.fd(), SET_LIMIT, "BTRFS_IOC_QGROUP_LIMIT of 0/" + subvolume, arguments);
    }

    private Optional<Long> flags() {
        return item(STATUS, 0).map(status -> status.getLong(16));
    }

    private Optional<ByteBuffer> item(int type, long group) {
        try {
            return volume.item(TREE, 0, type, group);
        } catch (KernelException e) {
            if (e.is(Errno.ENOENT)) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
