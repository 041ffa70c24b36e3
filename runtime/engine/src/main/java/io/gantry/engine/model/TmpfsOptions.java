package io.gantry.engine.model;

/**
 * Options of a tmpfs.
 *
 * @param sizeBytes bytes; 0 for the kernel's default
 * @param mode permission bits; 0 for 1777
 */
public record TmpfsOptions(long sizeBytes, int mode) {
    /** Nothing given. */
    public static final TmpfsOptions NONE = new TmpfsOptions(0, 0);

    /** Puts zero values in place of what was not given. */
    public TmpfsOptions {}
}
