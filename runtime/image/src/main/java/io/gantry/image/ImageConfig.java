package io.gantry.image;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.image.ImageFormatException.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * The config of an image (OCI image configuration; Docker's image specification 1.2). Keeps the bytes as they came, because the image's id
 * is their digest; the typed parts are a reading of them. Immutable.
 */
public final class ImageConfig {
    /** The largest config that is read. */
    public static final int LARGEST = 8 << 20;

    private final byte[] raw;
    private final Digest id;
    private final ObjectNode json;
    private final Platform platform;
    private final Optional<Instant> created;
    private final String author;
    private final ContainerDefaults defaults;
    private final List<Digest> diffIds;
    private final List<History> history;

    private ImageConfig(byte[] raw, JsonReader root) throws ImageFormatException {
        this.raw = raw.clone();
        this.id = Digest.of(raw);
        this.json = root.copy();
        this.platform = root.platform();
        this.created = root.time("created");
        this.author = root.text("author", "");
        this.defaults = ContainerDefaults.read(root.object("config"));
        this.diffIds = root.object("rootfs").digests("diff_ids");
        this.history = history(root);
    }

    /**
     * Reads a config.
     *
     * @throws ImageFormatException if it is none
     */
    public static ImageConfig parse(byte[] raw) throws ImageFormatException {
        JsonReader root = JsonReader.parse("image config", raw, LARGEST);
        if (!root.has("rootfs")) {
            throw new ImageFormatException(Kind.CORRUPT, "invalid image JSON, no RootFS key");
        }
        String type = root.object("rootfs").text("type", "layers");
        if (!type.equals("layers")) {
            throw new ImageFormatException(
                    Kind.UNSUPPORTED, "the image's rootfs has the unknown type \"" + type + "\"");
        }
        return new ImageConfig(raw, root);
    }

    /** A new config, written in the form that Docker writes. */
    public static ImageConfig create(
            Platform platform,
            Instant created,
            String author,
            ContainerDefaults defaults,
            List<Digest> diffIds,
            List<History> history) {
        ObjectNode root = JsonWriter.object();
        root.put("architecture", platform.architecture());
        platform.variant().ifPresent(variant -> root.put("variant", variant));
        root.put("os", platform.os());
        root.put("created", created.toString());
        if (!author.isEmpty()) {
            root.put("author", author);
        }
        root.set("config", defaults.toJson());
        ObjectNode rootfs = root.putObject("rootfs");
        rootfs.put("type", "layers");
        JsonWriter.putList(
                rootfs, "diff_ids", diffIds.stream().map(Digest::toString).toList());
        ArrayNode steps = root.putArray("history");
        history.forEach(step -> steps.add(toJson(step)));
        try {
            return parse(JsonWriter.bytes(root));
        } catch (ImageFormatException e) {
            throw new IllegalStateException("a config just written can be read", e);
        }
    }

    private static ObjectNode toJson(History step) {
        ObjectNode node = JsonWriter.object();
        step.created().ifPresent(time -> node.put("created", time.toString()));
        putText(node, "created_by", step.createdBy());
        putText(node, "author", step.author());
        putText(node, "comment", step.comment());
        if (step.emptyLayer()) {
            node.put("empty_layer", true);
        }
        return node;
    }

    private static void putText(ObjectNode node, String key, String value) {
        if (!value.isEmpty()) {
            node.put(key, value);
        }
    }

    private static List<History> history(JsonReader root) throws ImageFormatException {
        List<History> steps = new ArrayList<>();
        for (JsonReader step : root.objects("history")) {
            steps.add(new History(
                    step.time("created"),
                    step.text("created_by", ""),
                    step.text("author", ""),
                    step.text("comment", ""),
                    step.flag("empty_layer")));
        }
        return List.copyOf(steps);
    }

    /** The image's id: the digest of {@link #raw}. */
    public Digest id() {
        return id;
    }

    /** The bytes as they came. */
    public byte[] raw() {
        return raw.clone();
    }

    /** A copy of the whole document, for what the typed parts leave out. */
    public ObjectNode json() {
        return json.deepCopy();
    }

    /** What the image runs on. */
    public Platform platform() {
        return platform;
    }

    /** When it was made, if it says. */
    public Optional<Instant> created() {
        return created;
    }

    /** Who made it; may be empty. */
    public String author() {
        return author;
    }

    /** What it says about containers. */
    public ContainerDefaults defaults() {
        return defaults;
    }

    /** The digests of its uncompressed layers, bottom first. */
    public List<Digest> diffIds() {
        return diffIds;
    }

    /** The steps of its making, oldest first. */
    public List<History> history() {
        return history;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ImageConfig config && config.id.equals(id);
    }

    @Override
    public int hashCode() {
        return Objects.hash(id);
    }

    @Override
    public String toString() {
        return "ImageConfig[" + id + "]";
    }
}
