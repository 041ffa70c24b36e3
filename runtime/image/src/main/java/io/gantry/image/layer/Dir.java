package io.gantry.image.layer;

import io.gantry.linux.OpenDirectory;

/**
 * An open directory of the tree that a layer is applied to.
 *
 * @param path its clean path without symbolic links; empty for the root
 * @param handle the directory
 * @param lowerVisible whether entries of the layers beneath show through
 */
record Dir(String path, OpenDirectory handle, boolean lowerVisible) {}
