package io.gantry.linux;

import java.nio.ByteBuffer;

/**
 * What {@code statfs(2)} says of the file system that a file lies on.
 *
 * @param magic its type number ({@code include/uapi/linux/magic.h})
 * @param blockSize bytes per block
 * @param totalBytes size of the file system
 * @param freeBytes bytes free, those reserved for root included
 * @param availableBytes bytes free to users without privilege
 * @param totalInodes number of inodes; 0 where they are made as needed
 * @param freeInodes inodes free
 * @param maxNameLength longest file name, in bytes
 * @param mountFlags {@code ST_} flags of the mount: 1 read-only, 2 nosuid, 4 nodev, 8 noexec, 1024 noatime, 2048 nodiratime,
 *     4096 relatime
 */
public record FileSystemInfo(
        long magic,
        long blockSize,
        long totalBytes,
        long freeBytes,
        long availableBytes,
        long totalInodes,
        long freeInodes,
        long maxNameLength,
        long mountFlags) {

    static final int SIZE = 120;

    /**
     * The name by which Docker's {@code info} knows this type ({@code extfs}, {@code xfs}, {@code btrfs},
     * {@code overlayfs}, …); {@code <unknown>} for types it has no name for.
     */
    public String name() {
        return switch ((int) magic) {
            case 0x61756673 -> "aufs";
            case 0x9123683E -> "btrfs";
            case 0x28cd3d45 -> "cramfs";
            case 0xf15f -> "ecryptfs";
            case 0xEF53 -> "extfs";
            case 0xF2F52010 -> "f2fs";
            case 0x65735546 -> "fuse";
            case 0x47504653 -> "gpfs";
            case 0x3153464a -> "jfs";
            case 0x6969 -> "nfs";
            case 0x794C7630 -> "overlayfs";
            case 0x858458f6 -> "ramfs";
            case 0x52654973 -> "reiserfs";
            case 0xFF534D42 -> "cifs";
            case 0x517B -> "smb";
            case 0x73717368 -> "squashfs";
            case 0x01021994 -> "tmpfs";
            case 0xa501fcf5 -> "vxfs";
            case 0x58465342 -> "xfs";
            case 0x2fc12fc1 -> "zfs";
            case 0xE0F5E1E2 -> "erofs";
            case 0xCA451A4E -> "bcachefs";
            case 0x01021997 -> "9p";
            case 0x6a656a63 -> "virtiofs";
            case 0x6e736673 -> "nsfs";
            case 0x9fa0 -> "proc";
            case 0x62656572 -> "sysfs";
            case 0x27e0eb -> "cgroup";
            case 0x63677270 -> "cgroup2";
            default -> "<unknown>";
        };
    }

    /** Offsets from {@code struct statfs} of 64-bit architectures ({@code include/uapi/asm-generic/statfs.h}). */
    static FileSystemInfo of(byte[] statfs) {
        ByteBuffer fields = Struct.view(statfs);
        long blockSize = fields.getLong(8);
        long fragment = fields.getLong(72);
        long unit = fragment == 0 ? blockSize : fragment;
        return new FileSystemInfo(
                fields.getLong(0) & 0xFFFFFFFFL,
                blockSize,
                fields.getLong(16) * unit,
                fields.getLong(24) * unit,
                fields.getLong(32) * unit,
                fields.getLong(40),
                fields.getLong(48),
                fields.getLong(64),
                fields.getLong(80));
    }
}
