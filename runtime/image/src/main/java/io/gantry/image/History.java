package io.gantry.image;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * One step of an image's making (OCI image configuration, "history").
 *
 * @param created when
 * @param createdBy by which command; may be empty
 * @param author by whom; may be empty
 * @param comment may be empty
 * @param emptyLayer whether the step made no layer
 */
public record History(Optional<Instant> created, String createdBy, String author, String comment, boolean emptyLayer) {
    /** Refuses nulls. */
    public History {
        Objects.requireNonNull(created, "created");
        Objects.requireNonNull(createdBy, "createdBy");
        Objects.requireNonNull(author, "author");
        Objects.requireNonNull(comment, "comment");
    }
}
