package io.gantry.image.layer;

import io.gantry.image.tar.TarLimits;
import java.util.Objects;

/**
 * How a layer is applied.
 *
 * @param beneath what lies under the layer
 * @param bestEffortXattrs whether extended attributes that the file system cannot keep are left out with a warning, not an error
 * @param maxEntries most entries of the archive
 * @param maxBytes most bytes of all files together
 * @param tarLimits limits on headers
 */
public record ApplyOptions(
        Beneath beneath, boolean bestEffortXattrs, long maxEntries, long maxBytes, TarLimits tarLimits) {
    /** What lies under a layer that is applied. */
    public enum Beneath {
        /** Nothing: it is the first layer of an image, so that its whiteouts mean nothing. */
        NOTHING,
        /** What the layer target shows or names. */
        PARENTS,
        /**
         * Layers that are applied at the same time; the result is set on top of them afterwards. Applying ends with a {@link
         * ParentsNeededException} as soon as it would have to look at them.
         */
        PENDING
    }

    /** Refuses nulls. */
    public ApplyOptions {
        Objects.requireNonNull(beneath, "beneath");
        Objects.requireNonNull(tarLimits, "tarLimits");
    }

    /** Generous limits. */
    public static ApplyOptions over(Beneath beneath) {
        return new ApplyOptions(beneath, false, 20_000_000, Long.MAX_VALUE, TarLimits.DEFAULT);
    }

    /** The same with other limits. */
    public ApplyOptions withLimits(long entries, long bytes) {
        return new ApplyOptions(beneath, bestEffortXattrs, entries, bytes, tarLimits);
    }

    /** The same, leaving out extended attributes that cannot be kept. */
    public ApplyOptions withBestEffortXattrs() {
        return new ApplyOptions(beneath, true, maxEntries, maxBytes, tarLimits);
    }
}
