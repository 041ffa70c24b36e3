package io.gantry.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.image.ImageFormatException.Kind;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Typed, forgiving access to a JSON object: absent and {@code null} are the same, as in Go; a wrong type is an error that names the key. */
final class JsonReader {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final String document;
    private final JsonNode node;

    JsonReader(String document, JsonNode node) {
        this.document = document;
        this.node = node;
    }

    static JsonReader parse(String document, byte[] json, int largest) throws ImageFormatException {
        if (json.length > largest) {
            throw new ImageFormatException(
                    Kind.LIMIT,
                    "the " + document + " takes " + json.length + " bytes; at most " + largest + " are read");
        }
        try {
            JsonNode root = MAPPER.readTree(json);
            if (root == null || !root.isObject()) {
                throw new ImageFormatException(Kind.CORRUPT, "the " + document + " is not a JSON object");
            }
            return new JsonReader(document, root);
        } catch (JsonProcessingException e) {
            throw new ImageFormatException(
                    Kind.CORRUPT, "the " + document + " is not valid JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new ImageFormatException(Kind.CORRUPT, "the " + document + " is not valid JSON", e);
        }
    }

    boolean has(String key) {
        return node.hasNonNull(key);
    }

    ObjectNode copy() {
        return ((ObjectNode) node).deepCopy();
    }

    JsonReader object(String key) throws ImageFormatException {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return new JsonReader(document, MAPPER.createObjectNode());
        }
        return new JsonReader(document, require(value.isObject(), value, key, "an object"));
    }

    String text(String key, String otherwise) throws ImageFormatException {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        return require(value.isTextual(), value, key, "a text").textValue();
    }

    long number(String key, long otherwise) throws ImageFormatException {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        return require(value.canConvertToLong() && value.isIntegralNumber(), value, key, "a whole number")
                .longValue();
    }

    boolean flag(String key) throws ImageFormatException {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return false;
        }
        return require(value.isBoolean(), value, key, "true or false").booleanValue();
    }

    Optional<Instant> time(String key) throws ImageFormatException {
        String text = text(key, "");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeParseException e) {
            throw new ImageFormatException(
                    Kind.CORRUPT, "the " + document + " has a wrong time at \"" + key + "\": " + text, e);
        }
    }

    /** A list of texts; a single text counts as a list of one, as Docker's {@code strslice} has it. */
    Optional<List<String>> list(String key) throws ImageFormatException {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (value.isTextual()) {
            return Optional.of(List.of(value.textValue()));
        }
        require(value.isArray(), value, key, "a list");
        List<String> result = new ArrayList<>();
        for (JsonNode element : value) {
            result.add(require(element.isTextual(), element, key, "a list of texts")
                    .textValue());
        }
        return Optional.of(List.copyOf(result));
    }

    List<JsonReader> objects(String key) throws ImageFormatException {
        JsonNode value = node.path(key);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        require(value.isArray(), value, key, "a list");
        List<JsonReader> result = new ArrayList<>();
        for (JsonNode element : value) {
            result.add(new JsonReader(document, require(element.isObject(), element, key, "a list of objects")));
        }
        return result;
    }

    Map<String, String> texts(String key) throws ImageFormatException {
        Map<String, String> result = new LinkedHashMap<>();
        JsonReader object = object(key);
        for (Map.Entry<String, JsonNode> property : object.node.properties()) {
            JsonNode value = property.getValue();
            result.put(
                    property.getKey(),
                    value.isNull()
                            ? ""
                            : require(value.isTextual(), value, key, "texts").textValue());
        }
        return result;
    }

    List<String> keys(String key) throws ImageFormatException {
        List<String> result = new ArrayList<>();
        for (Map.Entry<String, JsonNode> property : object(key).node.properties()) {
            result.add(property.getKey());
        }
        return result;
    }

    Descriptor descriptor(String key) throws ImageFormatException {
        if (!has(key)) {
            throw new ImageFormatException(Kind.CORRUPT, "the " + document + " has no \"" + key + "\"");
        }
        return object(key).descriptor();
    }

    List<Descriptor> descriptors(String key) throws ImageFormatException {
        List<Descriptor> result = new ArrayList<>();
        for (JsonReader element : objects(key)) {
            result.add(element.descriptor());
        }
        return List.copyOf(result);
    }

    private Descriptor descriptor() throws ImageFormatException {
        long size = number("size", 0);
        if (size < 0) {
            throw new ImageFormatException(Kind.CORRUPT, "the " + document + " has a negative size");
        }
        Optional<Platform> platform = Optional.empty();
        JsonReader described = object("platform");
        if (described.has("architecture") && described.has("os")) {
            platform = Optional.of(described.platform());
        }
        return new Descriptor(text("mediaType", ""), digest("digest"), size, texts("annotations"), platform);
    }

    Platform platform() throws ImageFormatException {
        String variant = text("variant", "");
        return new Platform(
                text("os", "linux"),
                text("architecture", ""),
                variant.isEmpty() ? Optional.empty() : Optional.of(variant));
    }

    Digest digest(String key) throws ImageFormatException {
        return digestOf(text(key, ""));
    }

    List<Digest> digests(String key) throws ImageFormatException {
        List<Digest> result = new ArrayList<>();
        for (String text : list(key).orElse(List.of())) {
            result.add(digestOf(text));
        }
        return List.copyOf(result);
    }

    private Digest digestOf(String text) throws ImageFormatException {
        try {
            return Digest.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ImageFormatException(
                    Kind.CORRUPT, "the " + document + " has a wrong digest \"" + text + "\": " + e.getMessage(), e);
        }
    }

    private JsonNode require(boolean right, JsonNode value, String key, String wanted) throws ImageFormatException {
        if (!right) {
            throw new ImageFormatException(
                    Kind.CORRUPT,
                    "the " + document + " has " + value.getNodeType() + " at \"" + key + "\" where " + wanted
                            + " belongs");
        }
        return value;
    }
}
