package io.gantry.image.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.gantry.image.Digest;
import io.gantry.image.MediaTypes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The files of an image archive, in {@code docker save}'s form, as an OCI image layout, or both; a test may change them before they are packed. */
public final class ImageFiles {
    private final Map<String, TarItem> files = new LinkedHashMap<>();
    private final List<String> dockerItems = new ArrayList<>();
    private final List<String> indexEntries = new ArrayList<>();

    /** Adds an image as {@code docker save} of old did: a directory for each layer. */
    public ImageFiles docker(TestImage image, UnaryOperator<byte[]> compression, String... tags) {
        List<String> paths = new ArrayList<>();
        for (int i = 0; i < image.layers().size(); i++) {
            String directory = Digest.of((image.id() + "/" + i).getBytes(UTF_8)).hex();
            put(directory + "/VERSION", "1.0".getBytes(UTF_8));
            put(directory + "/layer.tar", compression.apply(image.layers().get(i)));
            paths.add(directory + "/layer.tar");
        }
        String config = image.id().hex() + ".json";
        put(config, image.config());
        dockerItems.add(dockerItem(config, List.of(tags), paths));
        return manifest("[" + String.join(",", dockerItems) + "]");
    }

    public static String dockerItem(String config, List<String> tags, List<String> layers) {
        return "{\"Config\":\"" + config + "\",\"RepoTags\":" + list(tags) + ",\"Layers\":" + list(layers) + "}";
    }

    private static String list(List<String> texts) {
        return texts.stream().map(text -> "\"" + text + "\"").collect(Collectors.joining(",", "[", "]"));
    }

    /** What {@code manifest.json} is to say instead. */
    public ImageFiles manifest(String json) {
        return put("manifest.json", json.getBytes(UTF_8));
    }

    /** Adds an image with OCI media types, named by annotations of {@code index.json}: {@code key=value}. */
    public ImageFiles oci(TestImage image, UnaryOperator<byte[]> compression, String... annotations) {
        return index(addManifest(image, compression, true), annotations);
    }

    /** Adds an image with the media types of Docker's manifest version 2, schema 2. */
    public ImageFiles ociWithDockerTypes(TestImage image, UnaryOperator<byte[]> compression, String... annotations) {
        return index(addManifest(image, compression, false), annotations);
    }

    /** Adds the blobs of an image; gives its descriptor, without a name. */
    public String addManifest(TestImage image, UnaryOperator<byte[]> compression, boolean ociTypes) {
        String layers = image.layers().stream()
                .map(compression)
                .map(layer -> descriptor(layerType(layer, ociTypes), layer))
                .collect(Collectors.joining(","));
        image.layers().stream().map(compression).forEach(this::blob);
        blob(image.config());
        String type = ociTypes ? MediaTypes.OCI_MANIFEST : MediaTypes.DOCKER_MANIFEST;
        String configType = ociTypes ? MediaTypes.OCI_CONFIG : MediaTypes.DOCKER_CONFIG;
        byte[] manifest = ("{\"schemaVersion\":2,\"mediaType\":\"" + type + "\",\"config\":"
                        + descriptor(configType, image.config()) + ",\"layers\":[" + layers + "]}")
                .getBytes(UTF_8);
        blob(manifest);
        return descriptor(type, manifest);
    }

    private static String layerType(byte[] layer, boolean ociTypes) {
        boolean gzip = layer.length > 2 && layer[0] == 0x1F;
        boolean zstd = layer.length > 2 && layer[0] == 0x28;
        if (ociTypes) {
            return gzip ? MediaTypes.OCI_LAYER_GZIP : zstd ? MediaTypes.OCI_LAYER_ZSTD : MediaTypes.OCI_LAYER;
        }
        return gzip ? MediaTypes.DOCKER_LAYER_GZIP : MediaTypes.DOCKER_LAYER;
    }

    /** Adds an entry to {@code index.json}. */
    public ImageFiles index(String descriptor, String... annotations) {
        String notes = Stream.of(annotations)
                .map(note -> note.split("=", 2))
                .map(note -> "\"" + note[0] + "\":\"" + note[1] + "\"")
                .collect(Collectors.joining(","));
        indexEntries.add(descriptor.substring(0, descriptor.length() - 1) + ",\"annotations\":{" + notes + "}}");
        put("oci-layout", "{\"imageLayoutVersion\":\"1.0.0\"}".getBytes(UTF_8));
        return indexJson(indexOf(indexEntries.toArray(String[]::new)));
    }

    /** What {@code index.json} is to say instead. */
    public ImageFiles indexJson(String json) {
        return put("index.json", json.getBytes(UTF_8));
    }

    /** An index document. */
    public static String indexOf(String... descriptors) {
        return "{\"schemaVersion\":2,\"manifests\":[" + String.join(",", descriptors) + "]}";
    }

    /** Adds an index as a blob; gives its descriptor. */
    public String nestedIndex(String... descriptors) {
        byte[] json = indexOf(descriptors).getBytes(UTF_8);
        blob(json);
        return descriptor(MediaTypes.OCI_INDEX, json);
    }

    public static String descriptor(String mediaType, byte[] content) {
        return "{\"mediaType\":\"" + mediaType + "\",\"digest\":\"" + Digest.of(content) + "\",\"size\":"
                + content.length + "}";
    }

    /** The same descriptor for a platform. */
    public static String forPlatform(String descriptor, String os, String architecture) {
        return descriptor.substring(0, descriptor.length() - 1) + ",\"platform\":{\"os\":\"" + os
                + "\",\"architecture\":\"" + architecture + "\"}}";
    }

    public static String blobPath(Digest digest) {
        return "blobs/sha256/" + digest.hex();
    }

    public ImageFiles blob(byte[] content) {
        return put(blobPath(Digest.of(content)), content);
    }

    public ImageFiles put(String path, byte[] content) {
        return put(path, TarItem.file(path, content));
    }

    /** Puts an entry of any kind in the place of a path. */
    public ImageFiles put(String path, TarItem item) {
        files.put(path, item);
        return this;
    }

    public ImageFiles remove(String path) {
        if (files.remove(path) == null) {
            throw new IllegalArgumentException("no such file: " + path);
        }
        return this;
    }

    /** The paths of all files that match. */
    public List<String> paths(String regex) {
        return files.keySet().stream().filter(path -> path.matches(regex)).toList();
    }

    public byte[] tar() {
        return Tars.tar(files.values().toArray(TarItem[]::new));
    }
}
