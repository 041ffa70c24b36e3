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
 * @param unpackedSize bytes of its layers, not compressed, as far as the archive told
 * @param lastTagged when a name was last given to it
 */
record StoredImage(String id, Blob manifest, List<StoredLayer> layers, long unpackedSize, Instant lastTagged) {
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

    static StoredImage of(Image image, long unpackedSize) {
        List<StoredLayer> layers = image.layers().stream()
                .map(layer ->
                        new StoredLayer(Blob.of(layer.blob()), layer.diffId().toString(), layer.size()))
                .toList();
        return new StoredImage(image.id().toString(), Blob.of(image.manifest()), layers, unpackedSize, Instant.now());
    }

    StoredImage taggedNow() {
        return new StoredImage(id, manifest, layers, unpackedSize, Instant.now());
    }

    /** The image with its configuration. */
    Image read(ContentStore content) throws IOException {
        ImageConfig config = ImageConfig.parse(content.read(Digest.parse(id), ImageConfig.LARGEST));
        List<Layer> read = new ArrayList<>();
        for (StoredLayer layer : layers) {
            read.add(new Layer(layer.blob().descriptor(), Digest.parse(layer.diffId()), layer.size()));
        }
        return new Image(config, manifest.descriptor(), read);
    }
}
