package io.gantry.engine.image;

import io.gantry.image.Descriptor;
import io.gantry.image.Digest;
import io.gantry.image.Image;
import io.gantry.image.ImageConfig;
import io.gantry.image.Layer;
import io.gantry.image.store.ContentStore;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * An image as the database keeps it; its configuration is in the content store.
 *
 * @param id of its configuration
 * @param manifest its manifest
 * @param layers its layers, the lowest first
 * @param lastTagged when a name was last given to it
 */
record StoredImage(String id, Blob manifest, List<StoredLayer> layers, Instant lastTagged) {
    /**
     * A blob.
     *
     * @param mediaType what it is
     * @param digest of its bytes
     * @param size in bytes
     */
    record Blob(String mediaType, String digest, long size) {
        static Blob of(Descriptor descriptor) {
            return new Blob(descriptor.mediaType(), descriptor.digest().toString(), descriptor.size());
        }

        Descriptor descriptor() {
            return Descriptor.of(mediaType, Digest.parse(digest), size);
        }
    }

    /**
     * A layer.
     *
     * @param blob its archive
     * @param diffId of the archive, not compressed
     * @param size bytes of its files
     */
    record StoredLayer(Blob blob, String diffId, long size) {}

    StoredImage {
        layers = List.copyOf(layers);
    }

    static StoredImage of(Image image) {
        List<StoredLayer> layers = image.layers().stream()
                .map(layer ->
                        new StoredLayer(Blob.of(layer.blob()), layer.diffId().toString(), layer.size()))
                .toList();
        return new StoredImage(image.id().toString(), Blob.of(image.manifest()), layers, Instant.now());
    }

    StoredImage taggedNow() {
        return new StoredImage(id, manifest, layers, Instant.now());
    }

    /** Every blob it needs. */
    List<Digest> blobs() {
        List<Digest> all = new ArrayList<>(List.of(Digest.parse(id), Digest.parse(manifest.digest())));
        layers.forEach(layer -> all.add(Digest.parse(layer.blob().digest())));
        return all;
    }

    /** Bytes of the files in all its layers. */
    long size() {
        return layers.stream().mapToLong(StoredLayer::size).sum();
    }

    /** The image with its configuration, which is in the content store. */
    Image read(ContentStore content) throws IOException {
        return image(ImageConfig.parse(content.read(Digest.parse(id), ImageConfig.LARGEST)));
    }

    /** The image with its configuration. */
    Image image(ImageConfig config) {
        List<Layer> read = new ArrayList<>();
        for (StoredLayer layer : layers) {
            read.add(new Layer(layer.blob().descriptor(), Digest.parse(layer.diffId()), layer.size()));
        }
        return new Image(config, manifest.descriptor(), read);
    }
}
