package io.gantry.server.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gantry.engine.model.ModelJson;
import io.gantry.server.http.Exchange;
import io.gantry.server.http.HttpError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** Reads requests' bodies and writes answers as JSON. */
final class JsonBody {
    private static final String TYPE = "application/json";
    private static final int MAX_BYTES = 16 * 1024 * 1024;

    private final ObjectMapper mapper = ModelJson.mapper();

    JsonBody() {
        mapper.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder().maxNestingDepth(100).build());
    }

    /** Answers with a value. */
    void answer(Exchange exchange, int status, Object value) throws IOException {
        exchange.respond(status, TYPE, line(value));
    }

    /** A value as one line. */
    byte[] line(Object value) throws IOException {
        byte[] text = mapper.writeValueAsBytes(value);
        byte[] line = java.util.Arrays.copyOf(text, text.length + 1);
        line[text.length] = '\n';
        return line;
    }

    /** The request's object; empty if there is no body. */
    ObjectNode object(Exchange exchange) throws IOException {
        byte[] body = exchange.body().readNBytes(MAX_BYTES + 1);
        if (body.length > MAX_BYTES) {
            throw new HttpError(413, "the request's body is larger than " + MAX_BYTES + " bytes");
        }
        if (body.length == 0) {
            return mapper.createObjectNode();
        }
        requireJson(exchange);
        return parse(body);
    }

    /** As {@link #object}, but a body must be there. */
    ObjectNode required(Exchange exchange) throws IOException {
        ObjectNode object = object(exchange);
        if (object.isEmpty()
                && exchange.head().headers().getInt("Content-Length", 0) == 0
                && !exchange.head().headers().contains("Transfer-Encoding")) {
            throw HttpError.badRequest("invalid JSON: got EOF while reading request body");
        }
        return object;
    }

    private static void requireJson(Exchange exchange) {
        String type = exchange.head().header("Content-Type").orElse("");
        String bare = type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        if (!bare.isEmpty() && !bare.equals(TYPE)) {
            throw HttpError.badRequest("unsupported Content-Type header (" + type + "): must be '" + TYPE + "'");
        }
    }

    private ObjectNode parse(byte[] body) throws IOException {
        try {
            JsonNode node = mapper.readerFor(JsonNode.class)
                    .with(com.fasterxml.jackson.databind.DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .readTree(body);
            if (node instanceof ObjectNode object) {
                return object;
            }
            if (node.isNull() || node.isMissingNode()) {
                return mapper.createObjectNode();
            }
            throw HttpError.badRequest("invalid JSON: the body is no object");
        } catch (JsonProcessingException e) {
            throw new HttpError(400, "invalid JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** A part of a request as a value of this type. */
    <T> T as(JsonNode node, Class<T> type) {
        try {
            return mapper.treeToValue(node, type);
        } catch (JsonProcessingException e) {
            throw new HttpError(400, "invalid JSON: " + path(e) + e.getOriginalMessage(), e);
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new HttpError(400, "invalid JSON: " + e.getMessage(), e);
        }
    }

    private static String path(JsonProcessingException e) {
        return e instanceof com.fasterxml.jackson.databind.JsonMappingException mapping
                        && !mapping.getPath().isEmpty()
                ? mapping.getPath().get(mapping.getPath().size() - 1).getFieldName() + ": "
                : "";
    }

    /** A member, whatever the case of its name; missing if there is none. */
    static JsonNode member(JsonNode object, String name) {
        JsonNode exact = object.path(name);
        if (!exact.isMissingNode()) {
            return exact;
        }
        for (Map.Entry<String, JsonNode> member : object.properties()) {
            if (member.getKey().equalsIgnoreCase(name)) {
                return member.getValue();
            }
        }
        return exact;
    }

    /** A member that is a text; empty if there is none. */
    static String text(JsonNode object, String name) {
        return member(object, name).asText("");
    }

    /** A member that is a truth value. */
    static boolean flag(JsonNode object, String name) {
        return member(object, name).asBoolean(false);
    }

    /** A text as JSON. */
    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
