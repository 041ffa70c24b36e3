package io.gantry.image.layer;

import java.util.Objects;

/**
 * Where a tree is not what its layers say.
 *
 * @param path from the tree's root on, which is {@code /}
 * @param detail how, a phrase that follows the path: {@code is missing}
 */
public record TreeDifference(String path, String detail) {
    /** Refuses nulls. */
    public TreeDifference {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(detail, "detail");
    }

    @Override
    public String toString() {
        return path + " " + detail;
    }
}
