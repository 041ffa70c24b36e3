package io.gantry.storage.devicemapper;

import io.gantry.linux.Fd;
import io.gantry.linux.Ioctl;
import io.gantry.linux.OpenFlags;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The file systems that layers can have: how they are made, read and grown. */
enum FsType {
    /** {@code fs/ext4/ext4.h}: the superblock is at byte 1024, little-endian. */
    EXT4("ext4", "e2fsprogs", 16L << 20, List.of()) {
        private static final int SUPER = 1024;
        private static final int HAS_64_BITS = 0x80;
        private static final long RESIZE = Ioctl.write('f', 16, Long.BYTES);

        @Override
        List<String> mkfsArguments(boolean zeroed) {
            List<String> extended = new ArrayList<>(List.of("nodiscard", "lazy_itable_init=0", "lazy_journal_init=0"));
            if (zeroed) {
                extended.add("assume_storage_prezeroed=1");
            }
            return List.of("-q", "-F", "-E", String.join(",", extended));
        }

        @Override
        Optional<Super> decode(byte[] start) {
            ByteBuffer block = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
            if (Short.toUnsignedInt(block.getShort(SUPER + 0x38)) != 0xEF53) {
                return Optional.empty();
            }
            boolean wide = (block.getInt(SUPER + 0x60) & HAS_64_BITS) != 0;
            long blockSize = 1024L << block.getInt(SUPER + 0x18);
            long total = count(block, 0x4, wide ? 0x150 : 0);
            long free = count(block, 0xC, wide ? 0x158 : 0);
            long inodes = unsigned(block, SUPER) - unsigned(block, SUPER + 0x10);
            return Optional.of(
                    new Super(this, uuid(block, SUPER + 0x68), blockSize, total, (total - free) * blockSize, inodes));
        }

        @Override
        void grow(Path mounted, Super before, long bytes) {
            try (Fd fd = Fd.open(mounted, OpenFlags.O_RDONLY)) {
                byte[] blocks = ByteBuffer.allocate(Long.BYTES)
                        .order(ByteOrder.nativeOrder())
                        .putLong(bytes / before.blockSize())
                        .array();
                Ioctl.call(fd, RESIZE, "EXT4_IOC_RESIZE_FS to " + bytes + " bytes", blocks);
            }
        }

        private long count(ByteBuffer block, int low, int high) {
            return unsigned(block, SUPER + low) | (high == 0 ? 0 : unsigned(block, SUPER + high) << 32);
        }
    },

    /** {@code fs/xfs/libxfs/xfs_format.h}: the superblock is at byte 0, big-endian. */
    XFS("xfs", "xfsprogs", 300L << 20, List.of("nouuid")) {
        private static final long GROW = Ioctl.write('X', 110, 16);

        @Override
        List<String> mkfsArguments(boolean zeroed) {
            return List.of("-q", "-f", "-K");
        }

        @Override
        Optional<Super> decode(byte[] start) {
            ByteBuffer block = ByteBuffer.wrap(start).order(ByteOrder.BIG_ENDIAN);
            if (block.getInt(0) != 0x58465342) {
                return Optional.empty();
            }
            long blockSize = unsigned(block, 4);
            long total = block.getLong(8);
            long inodes = block.getLong(128) - block.getLong(136);
            long free = block.getLong(144);
            return Optional.of(new Super(this, uuid(block, 32), blockSize, total, (total - free) * blockSize, inodes));
        }

        @Override
        void grow(Path mounted, Super before, long bytes) {
            try (Fd fd = Fd.open(mounted, OpenFlags.O_RDONLY)) {
                byte[] geometry = ByteBuffer.allocate(16)
                        .order(ByteOrder.nativeOrder())
                        .putLong(bytes / before.blockSize())
                        .putInt(25)
                        .array();
                Ioctl.call(fd, GROW, "XFS_IOC_FSGROWFSDATA to " + bytes + " bytes", geometry);
            }
        }
    };

    /** How much of a device {@link #decode} looks at. */
    static final int SUPER_LENGTH = 4096;

    private final String type;
    private final String debianPackage;
    private final long smallest;

    @SuppressWarnings("ImmutableEnumChecker") // The lists are made by List.of.
    private final List<String> mountOptions;

    FsType(String type, String debianPackage, long smallest, List<String> mountOptions) {
        this.type = type;
        this.debianPackage = debianPackage;
        this.smallest = smallest;
        this.mountOptions = mountOptions;
    }

    /**
     * What a file system's superblock says. The counts are exact while it is not mounted.
     *
     * @param uuid the same in a snapshot as in its origin
     * @param blockSize in bytes
     * @param blocks of the file system
     * @param usedBytes what is not free, the file system's own structures included
     * @param usedInodes what is not free
     */
    record Super(FsType type, UUID uuid, long blockSize, long blocks, long usedBytes, long usedInodes) {
        /** The size of the file system. */
        long bytes() {
            return blockSize * blocks;
        }
    }

    /** The file system's name, for {@code mount} and {@code dm.fs}. */
    String type() {
        return type;
    }

    String mkfs() {
        return "mkfs." + type;
    }

    String debianPackage() {
        return debianPackage;
    }

    /** The smallest device that its {@code mkfs} takes, in bytes. */
    long smallest() {
        return smallest;
    }

    /** Options without which a snapshot cannot be mounted beside its origin. */
    List<String> mountOptions() {
        return mountOptions;
    }

    /** @param zeroed whether what was never written reads as zeros and need not be zeroed */
    abstract List<String> mkfsArguments(boolean zeroed);

    /** @param start the first {@link #SUPER_LENGTH} bytes of a device */
    abstract Optional<Super> decode(byte[] start);

    /** Makes a mounted file system as large as its device. */
    abstract void grow(Path mounted, Super before, long bytes);

    /** The type of that name. */
    static Optional<FsType> of(String name) {
        for (FsType candidate : values()) {
            if (candidate.type.equals(name)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    /** The file system on a device; empty if it is none of these. */
    static Optional<Super> on(Path device) throws IOException {
        byte[] start = BlockDevice.read(device, SUPER_LENGTH);
        for (FsType candidate : values()) {
            Optional<Super> found = candidate.decode(start);
            if (found.isPresent()) {
                return found;
            }
        }
        return Optional.empty();
    }

    private static long unsigned(ByteBuffer block, int at) {
        return Integer.toUnsignedLong(block.getInt(at));
    }

    private static UUID uuid(ByteBuffer block, int at) {
        ByteBuffer bytes = block.duplicate().order(ByteOrder.BIG_ENDIAN);
        return new UUID(bytes.getLong(at), bytes.getLong(at + 8));
    }
}
