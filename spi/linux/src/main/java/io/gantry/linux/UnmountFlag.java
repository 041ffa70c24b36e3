package io.gantry.linux;

/** Flags of {@code umount2(2)}. */
public enum UnmountFlag {
    /** {@code MNT_FORCE}: abort pending requests, of network file systems. */
    FORCE(1),
    /** {@code MNT_DETACH}: gone from the tree at once, with all beneath it; cleaned up when the last user leaves. */
    DETACH(2),
    /** {@code UMOUNT_NOFOLLOW}: the target itself may not be a symbolic link. */
    NO_FOLLOW(8);

    private final int bit;

    UnmountFlag(int bit) {
        this.bit = bit;
    }

    int bit() {
        return bit;
    }
}
