package io.gantry.image.layer;

import io.gantry.image.Digest;
import java.util.List;
import java.util.Objects;

/**
 * What applying a layer came to.
 *
 * @param diffId the digest of the uncompressed archive, to be compared with the image's config
 * @param archiveBytes the archive's length uncompressed
 * @param contentBytes bytes of all its files
 * @param entries how many entries it has
 * @param warnings what was left out, and why
 * @param unsettled paths that were marked as deleted without a look at what lies beneath; see {@link LayerApplier#settle}
 */
public record AppliedLayer(
        Digest diffId,
        long archiveBytes,
        long contentBytes,
        long entries,
        List<String> warnings,
        List<String> unsettled) {
    /** Copies the lists. */
    public AppliedLayer {
        Objects.requireNonNull(diffId, "diffId");
        warnings = List.copyOf(warnings);
        unsettled = List.copyOf(unsettled);
    }
}
