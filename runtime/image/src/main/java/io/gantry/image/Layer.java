package io.gantry.image;

import java.util.Objects;

/**
 * A layer of an image.
 *
 * @param blob the archive as it is stored, compressed or not
 * @param diffId the digest of the archive uncompressed
 * @param size bytes of all its files
 */
public record Layer(Descriptor blob, Digest diffId, long size) {
    /** Refuses nulls and a negative size. */
    public Layer {
        Objects.requireNonNull(blob, "blob");
        Objects.requireNonNull(diffId, "diffId");
        if (size < 0) {
            throw new IllegalArgumentException("the size of layer " + diffId + " is negative");
        }
    }
}
