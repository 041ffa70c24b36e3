package io.gantry.storage.btrfs;

import io.gantry.linux.Errno;
import io.gantry.linux.Ioctl;
import io.gantry.linux.KernelException;

/** Turns on what the program {@code btrfs} of Debian 12 does not know. */
final class SimpleQuotas {
    private static final long CONTROL = Ioctl.readWrite(Subvolumes.MAGIC, 40, 16);
    private static final long ENABLE_SIMPLE = 4;

    private SimpleQuotas() {}

    /** False if this kernel has none. */
    static boolean enable(Volume volume) {
        byte[] arguments = new byte[16];
        Subvolumes.view(arguments).putLong(0, ENABLE_SIMPLE);
        try {
            Ioctl.call(volume.fd(), CONTROL, "BTRFS_IOC_QUOTA_CTL, to turn simple quotas on", arguments);
            return true;
        } catch (KernelException e) {
            if (e.is(Errno.EINVAL, Errno.EOPNOTSUPP)) {
                return false;
            }
            throw e;
        }
    }
}
