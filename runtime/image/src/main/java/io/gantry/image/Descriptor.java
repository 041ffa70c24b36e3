package io.gantry.image;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A reference to content (OCI image specification, "Content Descriptors").
 *
 * @param mediaType what it is; may be empty where a document leaves it out
 * @param digest its name
 * @param size its length in bytes
 * @param annotations free-form notes
 * @param platform what it runs on, in an index
 */
public record Descriptor(
        String mediaType, Digest digest, long size, Map<String, String> annotations, Optional<Platform> platform) {
    /** The annotation that holds a tag or a full reference. */
    public static final String REF_NAME = "org.opencontainers.image.ref.name";

    /** The annotation that containerd and Docker put a full reference in. */
    public static final String CONTAINERD_NAME = "io.containerd.image.name";

    /** Refuses nulls and negative sizes. */
    public Descriptor {
        Objects.requireNonNull(mediaType, "mediaType");
        Objects.requireNonNull(digest, "digest");
        Objects.requireNonNull(platform, "platform");
        annotations = Map.copyOf(annotations);
        if (size < 0) {
            throw new IllegalArgumentException("the size of " + digest + " is negative");
        }
    }

    /** A descriptor without annotations and platform. */
    public static Descriptor of(String mediaType, Digest digest, long size) {
        return new Descriptor(mediaType, digest, size, Map.of(), Optional.empty());
    }

    /** The same with other annotations. */
    public Descriptor withAnnotations(Map<String, String> newAnnotations) {
        return new Descriptor(mediaType, digest, size, newAnnotations, platform);
    }

    /** The same for a platform. */
    public Descriptor withPlatform(Platform newPlatform) {
        return new Descriptor(mediaType, digest, size, annotations, Optional.of(newPlatform));
    }
}
