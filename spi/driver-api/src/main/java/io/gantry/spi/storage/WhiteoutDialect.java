package io.gantry.spi.storage;

/** How a layer says that something of the layers beneath is gone. Declared by the driver, never guessed from a mount type. */
public enum WhiteoutDialect {
    /** The directory shows the merged content: deleting means deleting. */
    DIRECT,
    /** overlayfs: a character device 0:0, and {@code trusted.overlay.opaque=y} on directories (kernel document {@code filesystems/overlayfs}). */
    OVERLAY,
    /** overlayfs with {@code userxattr}: the same with {@code user.overlay.opaque}. */
    OVERLAY_USERXATTR,
    /** The archive's own marks, {@code .wh.NAME} and {@code .wh..wh..opq}, stay as files. */
    AUFS
}
