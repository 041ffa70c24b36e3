package io.gantry.image;

import java.io.IOException;
import java.util.List;

/** Takes note of images whose content has just arrived. The engine's database stands behind it. */
@FunctionalInterface
public interface ImageSink {
    /**
     * Records an image. Its blobs are in the content store, durable, and protected from collection until this method returns, so that
     * whoever collects garbage afterwards must count the image as live.
     *
     * @param image the image
     * @param names the names it arrived with, each with a tag; may be empty
     */
    void accept(Image image, List<Reference> names) throws IOException;
}
