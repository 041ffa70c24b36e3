package io.gantry.image;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes the documents of images, keys in a fixed order. */
final class JsonWriter {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonWriter() {}

    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    static byte[] bytes(ObjectNode root) {
        try {
            return MAPPER.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a JSON tree can always be written", e);
        }
    }

    static ObjectNode descriptor(Descriptor descriptor) {
        ObjectNode node = object();
        node.put("mediaType", descriptor.mediaType())
                .put("digest", descriptor.digest().toString())
                .put("size", descriptor.size());
        putTexts(node, "annotations", descriptor.annotations());
        descriptor.platform().ifPresent(platform -> node.set("platform", platform(platform)));
        return node;
    }

    static ArrayNode descriptors(List<Descriptor> descriptors) {
        ArrayNode list = MAPPER.createArrayNode();
        descriptors.forEach(descriptor -> list.add(descriptor(descriptor)));
        return list;
    }

    private static ObjectNode platform(Platform platform) {
        ObjectNode node = object();
        node.put("architecture", platform.architecture()).put("os", platform.os());
        platform.variant().ifPresent(variant -> node.put("variant", variant));
        return node;
    }

    static void putTexts(ObjectNode node, String key, Map<String, String> texts) {
        if (!texts.isEmpty()) {
            ObjectNode object = node.putObject(key);
            new TreeMap<>(texts).forEach(object::put);
        }
    }

    static void putList(ObjectNode node, String key, List<String> texts) {
        ArrayNode list = node.putArray(key);
        texts.forEach(list::add);
    }
}
