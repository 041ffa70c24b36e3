package io.gantry.image;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.image.ImageFormatException.Kind;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A list of manifests, as a rule one per platform (OCI image index, or Docker's manifest list).
 *
 * @param mediaType {@link MediaTypes#OCI_INDEX} or {@link MediaTypes#DOCKER_INDEX}
 * @param manifests manifests and further indexes
 * @param annotations free-form notes
 */
public record Index(String mediaType, List<Descriptor> manifests, Map<String, String> annotations) {
    private static final String REFERENCE_TYPE = "vnd.docker.reference.type";

    /** Copies the collections. */
    public Index {
        Objects.requireNonNull(mediaType, "mediaType");
        manifests = List.copyOf(manifests);
        annotations = Map.copyOf(annotations);
    }

    /**
     * Reads an index.
     *
     * @throws ImageFormatException if it is none, or is at the same time something else (CVE-2021-41190)
     */
    public static Index parse(byte[] json) throws ImageFormatException {
        JsonReader root = JsonReader.parse("image index", json, Manifest.LARGEST);
        if (root.has("config") || root.has("layers")) {
            throw new ImageFormatException(
                    Kind.CORRUPT, "the image index has a config or layers as well, so its meaning is open");
        }
        String mediaType = root.text("mediaType", MediaTypes.OCI_INDEX);
        if (!MediaTypes.isIndex(mediaType)) {
            throw new ImageFormatException(Kind.CORRUPT, "the image index says that it is " + mediaType);
        }
        return new Index(mediaType, root.descriptors("manifests"), root.texts("annotations"));
    }

    /**
     * The entries that fit a platform, best first; entries that name no platform come last. Attestations that BuildKit adds are left out.
     *
     * @param present which content is at hand
     */
    public List<Descriptor> matching(Platform platform, Predicate<Descriptor> present) {
        Stream<Descriptor> images = manifests.stream()
                .filter(entry -> !entry.annotations().containsKey(REFERENCE_TYPE))
                .filter(present);
        return images.filter(entry -> rank(platform, entry) >= 0)
                .sorted(Comparator.comparingInt(entry -> rank(platform, entry)))
                .toList();
    }

    private static int rank(Platform platform, Descriptor entry) {
        return entry.platform().map(platform::fit).orElse(100);
    }

    /** This index as JSON; equal indexes give equal bytes. */
    public byte[] toJson() {
        ObjectNode root = JsonWriter.object();
        root.put("schemaVersion", 2).put("mediaType", mediaType);
        root.set("manifests", JsonWriter.descriptors(manifests));
        JsonWriter.putTexts(root, "annotations", annotations);
        return JsonWriter.bytes(root);
    }
}
