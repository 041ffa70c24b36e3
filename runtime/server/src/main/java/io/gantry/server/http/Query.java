package io.gantry.server.http;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The parameters of a request, read as Docker reads them. */
public final class Query {
    private static final Set<String> FALSE = Set.of("", "0", "no", "false", "none");

    private final Map<String, List<String>> values;

    /** Parameters by name. */
    public Query(Map<String, List<String>> values) {
        this.values = Map.copyOf(values);
    }

    /** The first value; an empty text if there is none. */
    public String text(String name) {
        return all(name).stream().findFirst().orElse("");
    }

    /** All values. */
    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The first value, unless it is empty. */
    public Optional<String> given(String name) {
        return Optional.of(text(name)).filter(value -> !value.isEmpty());
    }

    /** Whether the parameter is there, be it empty. */
    public boolean has(String name) {
        return values.containsKey(name);
    }

    /** A truth value: whatever is neither empty nor one of {@code 0}, {@code no}, {@code false} and {@code none} is true. */
    public boolean flag(String name) {
        return !FALSE.contains(text(name).trim().toLowerCase(Locale.ROOT));
    }

    /** The same, with what holds when the parameter is not there. */
    public boolean flag(String name, boolean otherwise) {
        return has(name) ? flag(name) : otherwise;
    }

    /** An integer; empty if there is none, and an error of the request if it is something else. */
    public Optional<Integer> integer(String name) {
        return given(name).map(text -> {
            try {
                return Integer.parseInt(text);
            } catch (NumberFormatException e) {
                throw new HttpError(
                        400,
                        "invalid value for '" + name + "': strconv.Atoi: parsing \"" + text + "\": invalid syntax",
                        e);
            }
        });
    }
}
