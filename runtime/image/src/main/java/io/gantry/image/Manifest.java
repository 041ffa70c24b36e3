package io.gantry.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.image.ImageFormatException.Kind;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The manifest of one image: its config and its layers, bottom first (OCI image manifest, or Docker's version 2, schema 2).
 *
 * @param mediaType {@link MediaTypes#OCI_MANIFEST} or {@link MediaTypes#DOCKER_MANIFEST}
 * @param config the image's config
 * @param layers the layer blobs, bottom first
 * @param annotations free-form notes
 */
public record Manifest(String mediaType, Descriptor config, List<Descriptor> layers, Map<String, String> annotations) {
    /** The largest manifest that is read; registries stop there, too. */
    public static final int LARGEST = 4 << 20;

    /** Copies the collections. */
    public Manifest {
        Objects.requireNonNull(mediaType, "mediaType");
        Objects.requireNonNull(config, "config");
        layers = List.copyOf(layers);
        annotations = Map.copyOf(annotations);
    }

    /**
     * Reads a manifest.
     *
     * @throws ImageFormatException if it is none, or is at the same time something else (CVE-2021-41190)
     */
    public static Manifest parse(byte[] json) throws ImageFormatException {
        JsonReader root = JsonReader.parse("image manifest", json, LARGEST);
        if (root.number("schemaVersion", 0) == 1) {
            throw new ImageFormatException(
                    Kind.UNSUPPORTED,
                    "the image manifest has schema version 1, which Docker gave up: pull or save the image again with a newer tool");
        }
        if (root.has("manifests")) {
            throw new ImageFormatException(
                    Kind.CORRUPT, "the image manifest has a list of manifests as well, so its meaning is open");
        }
        String mediaType = root.text("mediaType", MediaTypes.OCI_MANIFEST);
        if (!MediaTypes.isManifest(mediaType)) {
            throw new ImageFormatException(Kind.CORRUPT, "the image manifest says that it is " + mediaType);
        }
        return new Manifest(
                mediaType, root.descriptor("config"), root.descriptors("layers"), root.texts("annotations"));
    }

    /** This manifest as JSON; equal manifests give equal bytes. */
    public byte[] toJson() {
        ObjectNode root = JsonWriter.object();
        root.put("schemaVersion", 2).put("mediaType", mediaType);
        root.set("config", JsonWriter.descriptor(config));
        root.set("layers", JsonWriter.descriptors(layers));
        JsonWriter.putTexts(root, "annotations", annotations);
        return JsonWriter.bytes(root);
    }
}
