package io.gantry.linux;

/** What a directory entry is; the type part of {@code st_mode} ({@code inode(7)}) and of {@code d_type}. */
public enum FileKind {
    FIFO(1),
    CHARACTER_DEVICE(2),
    DIRECTORY(4),
    BLOCK_DEVICE(6),
    REGULAR(8),
    SYMLINK(10),
    SOCKET(12),
    /** Only in directory listings, of file systems that do not keep the type there ({@code d_type} support). */
    UNKNOWN(0);

    private static final int TYPE_SHIFT = 12;

    private final int directoryType;

    FileKind(int directoryType) {
        this.directoryType = directoryType;
    }

    /** The {@code S_IF…} bits of this kind. */
    public int modeBits() {
        return directoryType << TYPE_SHIFT;
    }

    static FileKind ofMode(int mode) {
        return ofDirectoryType((mode >>> TYPE_SHIFT) & 0xF);
    }

    static FileKind ofDirectoryType(int type) {
        return switch (type) {
            case 1 -> FIFO;
            case 2 -> CHARACTER_DEVICE;
            case 4 -> DIRECTORY;
            case 6 -> BLOCK_DEVICE;
            case 8 -> REGULAR;
            case 10 -> SYMLINK;
            case 12 -> SOCKET;
            default -> UNKNOWN;
        };
    }
}
