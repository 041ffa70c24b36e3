package io.gantry.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code --filter key=value} flags as the API's {@code filters} parameter. */
final class Filters {
    private Filters() {}

    /** Adds {@code filters={"key":{"value":true}}} unless there are none. */
    static Query add(Query query, List<String> flags) {
        Map<String, Map<String, Boolean>> filters = new LinkedHashMap<>();
        for (String flag : flags) {
            int equals = flag.indexOf('=');
            if (equals < 0) {
                // an empty one, which Docker allows and drops
                continue;
            }
            filters.computeIfAbsent(
                            flag.substring(0, equals).trim().toLowerCase(java.util.Locale.ROOT),
                            key -> new LinkedHashMap<>())
                    .put(flag.substring(equals + 1).trim(), true);
        }
        return filters.isEmpty() ? query : query.add("filters", Json.write(filters));
    }
}
