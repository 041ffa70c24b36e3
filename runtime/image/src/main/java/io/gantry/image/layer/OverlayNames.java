package io.gantry.image.layer;

import io.gantry.spi.storage.WhiteoutDialect;

/** overlayfs's own extended attributes, which an archive must not be able to set. */
final class OverlayNames {
    static final String OPAQUE = "trusted.overlay.opaque";
    static final String USER_OPAQUE = "user.overlay.opaque";
    private static final String TRUSTED = "trusted.overlay.";
    private static final String USER = "user.overlay.";
    private static final String ESCAPE = "overlay.";

    private OverlayNames() {}

    /**
     * The name under which an attribute of an archive is kept: overlayfs shows {@code trusted.overlay.overlay.X} as {@code
     * trusted.overlay.X} (kernel document {@code filesystems/overlayfs}, "Nesting overlayfs mounts", Linux 6.7) and hides it before.
     */
    static String stored(String xattr, WhiteoutDialect dialect) {
        String prefix = switch (dialect) {
            case OVERLAY -> TRUSTED;
            case OVERLAY_USERXATTR -> USER;
            case DIRECT, AUFS -> "";
        };
        return !prefix.isEmpty() && xattr.startsWith(prefix)
                ? prefix + ESCAPE + xattr.substring(prefix.length())
                : xattr;
    }

    /** Whether it is book-keeping of overlayfs. */
    static boolean isOverlay(String xattr) {
        return xattr.startsWith(TRUSTED) || xattr.startsWith(USER);
    }
}
