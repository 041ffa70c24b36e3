package io.gantry.image;

import java.util.Objects;

/**
 * A layer of an image.
 *
 * @param blob the archive as it is stored, compressed or not
 * @param diffId the digest of the archive uncompressed
 */
public record Layer(Descriptor blob, Digest diffId) {
    /** Refuses nulls. */
    public Layer {
        Objects.requireNonNull(blob, "blob");
        Objects.requireNonNull(diffId, "diffId");
    }
}
