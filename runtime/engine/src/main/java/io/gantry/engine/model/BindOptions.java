package io.gantry.engine.model;

/**
 * Options of a bind mount.
 *
 * @param propagation such as {@code rprivate}
 * @param nonRecursive leave out mounts beneath
 * @param createMountpoint make the source if it is not there
 */
public record BindOptions(String propagation, boolean nonRecursive, boolean createMountpoint) {
    /** Nothing given. */
    public static final BindOptions NONE = new BindOptions("", false, false);

    /** Puts zero values in place of what was not given. */
    public BindOptions {
        propagation = propagation == null ? "" : propagation;
    }
}
