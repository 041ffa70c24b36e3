package io.gantry.engine.image;

import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.Reference;
import io.gantry.image.store.ContentStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What a check of the storage needs of images. */
public final class ImageInventory {
    private final ImageStore store;
    private final ContentStore content;

    ImageInventory(ImageStore store, ContentStore content) {
        this.store = store;
        this.content = content;
    }

    /**
     * An image.
     *
     * @param id of its configuration
     * @param names what it is called, familiar form
     * @param blobs all content that it needs
     * @param image with its configuration; empty if that could not be read
     */
    public record Known(String id, List<String> names, List<Digest> blobs, Optional<Image> image) {
        /** Copies the lists. */
        public Known {
            names = List.copyOf(names);
            blobs = List.copyOf(blobs);
        }

        /** What to call it. */
        public String shown() {
            return names.isEmpty() ? id.substring("sha256:".length(), "sha256:".length() + 12) : names.get(0);
        }
    }

    /** All images, those whose configuration could not be read included. */
    public List<Known> all() {
        List<Known> all = new ArrayList<>();
        store.all().forEach(held -> all.add(known(held.stored(), Optional.of(held.image()))));
        store.unreadable().forEach(stored -> all.add(known(stored, Optional.empty())));
        return all;
    }

    private Known known(StoredImage stored, Optional<Image> image) {
        List<String> names =
                store.namesOf(stored.id()).stream().map(Reference::familiar).toList();
        return new Known(stored.id(), names, stored.blobs().stream().distinct().toList(), image);
    }

    /** Names that lead to no image. */
    public List<Reference> danglingNames() {
        return store.danglingNames();
    }

    /** Takes a name away. */
    public void forget(Reference name) {
        store.unname(name);
    }

    /** Content that no image needs and nobody is at work on. */
    public Set<Digest> unusedContent() throws IOException {
        return content.unused(store::live);
    }

    /** Removes it. */
    public void removeUnusedContent() throws IOException {
        content.collect(store::live);
    }

    /** The content of images. */
    public ContentStore content() {
        return content;
    }
}
