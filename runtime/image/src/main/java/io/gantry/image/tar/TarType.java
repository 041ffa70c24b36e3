package io.gantry.image.tar;

/** What an entry is. */
public enum TarType {
    FILE('0'),
    HARD_LINK('1'),
    SYMLINK('2'),
    CHARACTER_DEVICE('3'),
    BLOCK_DEVICE('4'),
    DIRECTORY('5'),
    FIFO('6');

    private final char flag;

    TarType(char flag) {
        this.flag = flag;
    }

    /** The type flag of the header. */
    char flag() {
        return flag;
    }

    /** Whether content follows the header. */
    public boolean hasContent() {
        return this == FILE;
    }

    /** Whether the entry stands for a device node. */
    public boolean isDevice() {
        return this == CHARACTER_DEVICE || this == BLOCK_DEVICE;
    }
}
