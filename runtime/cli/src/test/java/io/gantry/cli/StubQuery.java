package io.gantry.cli;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Query strings made comparable. */
final class StubQuery {
    private StubQuery() {}

    /** Decoded pairs in alphabetical order; JSON values with sorted keys. */
    static String sorted(String query) {
        List<String> pairs = new ArrayList<>();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            String name = equals < 0 ? pair : pair.substring(0, equals);
            String value = equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
            pairs.add(name + "=" + (value.startsWith("{") ? json(value) : value));
        }
        Collections.sort(pairs);
        return String.join("&", pairs);
    }

    private static String json(String value) {
        try {
            return JsonShape.canonical(
                    Json.parse(value.getBytes(StandardCharsets.UTF_8)).value());
        } catch (IOException e) {
            return value;
        }
    }
}
