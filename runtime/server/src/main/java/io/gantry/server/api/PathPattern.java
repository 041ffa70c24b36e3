package io.gantry.server.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A pattern for paths: literal parts, {@code {name}} for one part, {@code {name...}} for one or more, of which there is
 * at most one.
 */
final class PathPattern {
    private final List<String> parts;
    private final int greedy;

    private PathPattern(List<String> parts) {
        this.parts = List.copyOf(parts);
        int found = -1;
        for (int i = 0; i < parts.size(); i++) {
            found = parts.get(i).endsWith("...}") ? i : found;
        }
        this.greedy = found;
    }

    static PathPattern of(String text) {
        List<String> parts = new ArrayList<>(List.of(text.split("/")));
        parts.removeIf(String::isEmpty);
        return new PathPattern(parts);
    }

    /** The parameters, if the path matches. */
    Optional<Map<String, String>> match(List<String> path) {
        if (greedy < 0 ? path.size() != parts.size() : path.size() < parts.size()) {
            return Optional.empty();
        }
        Map<String, String> parameters = new LinkedHashMap<>();
        int surplus = path.size() - parts.size();
        for (int i = 0, at = 0; i < parts.size(); i++) {
            int length = i == greedy ? surplus + 1 : 1;
            String actual = String.join("/", path.subList(at, at + length));
            if (!matches(parts.get(i), actual, parameters)) {
                return Optional.empty();
            }
            at += length;
        }
        return Optional.of(parameters);
    }

    private static boolean matches(String part, String actual, Map<String, String> parameters) {
        if (part.startsWith("{")) {
            parameters.put(part.substring(1, part.length() - 1).replace("...", ""), actual);
            return true;
        }
        return part.equals(actual);
    }
}
