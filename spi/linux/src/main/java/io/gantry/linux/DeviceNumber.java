package io.gantry.linux;

/** Device numbers as {@code makedev(3)} packs them into 64 bits: what {@code mknod(2)} takes and {@code stat(2)} gives. */
public final class DeviceNumber {
    private DeviceNumber() {}

    /** Packs a major and a minor number, both unsigned 32 bits. */
    public static long of(long major, long minor) {
        return ((major & 0xFFFFF000L) << 32)
                | ((major & 0xFFFL) << 8)
                | ((minor & 0xFFFFFF00L) << 12)
                | (minor & 0xFFL);
    }

    /** The major part, which names the driver. */
    public static long major(long device) {
        return ((device >>> 32) & 0xFFFFF000L) | ((device >>> 8) & 0xFFFL);
    }

    /** The minor part, which numbers the driver's devices. */
    public static long minor(long device) {
        return ((device >>> 12) & 0xFFFFFF00L) | (device & 0xFFL);
    }
}
