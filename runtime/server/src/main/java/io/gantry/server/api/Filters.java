package io.gantry.server.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gantry.server.http.Exchange;
import io.gantry.server.http.HttpError;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** The {@code filters} parameter: values by name, as {@code {"label":{"a=b":true}}} or, from old clients, {@code {"label":["a=b"]}}. */
final class Filters {
    private final Map<String, List<String>> values;

    private Filters(Map<String, List<String>> values) {
        this.values = values;
    }

    /** Reads them; a name that is not known is an error of the request. */
    static Filters of(Exchange exchange, Set<String> known) {
        Filters filters = parse(exchange.query().text("filters"));
        for (String name : filters.values.keySet()) {
            if (!known.contains(name)) {
                throw HttpError.badRequest("invalid filter '" + name + "'");
            }
        }
        return filters;
    }

    static Filters parse(String text) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        if (!text.isBlank()) {
            JsonNode node = tree(text);
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                values.put(member.getKey(), values(text, member.getValue()));
            }
        }
        return new Filters(values);
    }

    private static JsonNode tree(String text) {
        try {
            JsonNode node = new ObjectMapper().readTree(text);
            if (node.isObject() || node.isNull()) {
                return node;
            }
        } catch (JsonProcessingException e) {
            throw new HttpError(400, "invalid filter: " + e.getOriginalMessage(), e);
        }
        throw invalid(text);
    }

    private static List<String> values(String text, JsonNode node) {
        List<String> list = new ArrayList<>();
        if (node.isArray()) {
            node.forEach(value -> list.add(value.asText()));
        } else if (node.isObject()) {
            for (Map.Entry<String, JsonNode> member : node.properties()) {
                if (!member.getValue().isBoolean()) {
                    throw invalid(text);
                }
                if (member.getValue().asBoolean()) {
                    list.add(member.getKey());
                }
            }
        } else {
            throw invalid(text);
        }
        return list;
    }

    private static HttpError invalid(String text) {
        return HttpError.badRequest("invalid filter: cannot read " + text);
    }

    /** Whether a filter of this name is given. */
    boolean has(String name) {
        return !all(name).isEmpty();
    }

    /** Its values. */
    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** All of them, by name. */
    Map<String, List<String>> asMap() {
        return values;
    }

    /** Whether there is no such filter or one of its values passes. */
    boolean any(String name, Predicate<String> test) {
        return !has(name) || all(name).stream().anyMatch(test);
    }

    /** Whether every value passes. */
    boolean every(String name, Predicate<String> test) {
        return all(name).stream().allMatch(test);
    }

    /** Whether there is no such filter, or a value is equal to the text or, as a regular expression, found in it. */
    boolean matches(String name, String text) {
        return any(name, value -> value.equals(text) || found(value, text));
    }

    private static boolean found(String expression, String text) {
        try {
            return Pattern.compile(expression).matcher(text).find();
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    /** Whether these labels pass the filters for labels: hold all that are wanted, and none that is not. */
    boolean labels(Map<String, String> labels) {
        return every("label", wanted -> hasLabel(labels, wanted))
                && all("label!").stream().noneMatch(unwanted -> hasLabel(labels, unwanted));
    }

    private static boolean hasLabel(Map<String, String> labels, String wanted) {
        int equals = wanted.indexOf('=');
        return equals < 0
                ? labels.containsKey(wanted)
                : wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
    }

    /** A filter that is true or false. */
    boolean flag(String name, boolean otherwise) {
        List<String> given = all(name);
        if (given.isEmpty()) {
            return otherwise;
        }
        return switch (given.get(0)) {
            case "1", "true", "True", "TRUE", "t", "T" -> true;
            case "0", "false", "False", "FALSE", "f", "F" -> false;
            default -> throw HttpError.badRequest("invalid filter '" + name + "=[" + given.get(0) + "]'");
        };
    }
}
