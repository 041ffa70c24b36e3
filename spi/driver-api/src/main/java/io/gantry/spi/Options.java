package io.gantry.spi;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Options that were checked against their {@link OptionSpec}s, with defaults filled in. Immutable.
 *
 * <p>Asking for a key that no spec declares, not even {@link OptionSpec#ANY}, is a mistake in the driver and throws {@link IllegalArgumentException}; a declared key without value and default
 * is empty.
 */
public final class Options {
    private static final Options NONE = new Options(Map.of(), Map.of());

    private final Map<String, OptionSpec> specs;
    private final Map<String, String> given;

    private Options(Map<String, OptionSpec> specs, Map<String, String> given) {
        this.specs = specs;
        this.given = given;
    }

    /** No options and no specs. */
    public static Options none() {
        return NONE;
    }

    /**
     * Checks what a user gave.
     *
     * @param owner whose options these are, for messages: {@code storage driver overlay2}
     * @param specs what the driver declares; those of other scopes are left out
     * @param scope where the options were given
     * @param given keys and values as the user wrote them
     * @throws InvalidArgumentException if a key is unknown (the message lists the known ones) or a value does not fit its type
     */
    public static Options parse(
            String owner, List<OptionSpec> specs, OptionSpec.Scope scope, Map<String, String> given) {
        Map<String, OptionSpec> known = new LinkedHashMap<>();
        for (OptionSpec spec : specs) {
            if (spec.scope() == scope) {
                known.put(spec.key(), spec);
            }
        }
        boolean any = known.containsKey(OptionSpec.ANY);
        List<String> unknown = given.keySet().stream()
                .filter(key -> !any && !known.containsKey(key))
                .sorted()
                .toList();
        if (!unknown.isEmpty()) {
            throw new InvalidArgumentException(new Problem(
                    "read the options of " + owner,
                    "unknown option " + String.join(", ", unknown),
                    known.isEmpty()
                            ? "it takes no options here"
                            : "the known ones are " + String.join(", ", known.keySet())));
        }
        given.forEach(
                (key, value) -> OptionValue.check(owner, known.getOrDefault(key, known.get(OptionSpec.ANY)), value));
        return new Options(Map.copyOf(known), Map.copyOf(given));
    }

    /** The text of an option: what the user gave, else the default, else empty. */
    public Optional<String> string(String key) {
        OptionSpec spec = specs.getOrDefault(key, specs.get(OptionSpec.ANY));
        if (spec == null) {
            throw new IllegalArgumentException("no such option is declared: " + key);
        }
        String value = given.get(key);
        return value != null ? Optional.of(value) : spec.defaultValue();
    }

    /** A {@link OptionSpec.Type#BOOLEAN} option; false if there is neither value nor default. */
    public boolean flag(String key) {
        return string(key).map(OptionValue::flag).orElse(false);
    }

    /** A {@link OptionSpec.Type#INTEGER} option. */
    public Optional<Long> integer(String key) {
        return string(key).map(Long::valueOf);
    }

    /** A {@link OptionSpec.Type#SIZE} option, in bytes. */
    public Optional<Long> size(String key) {
        return string(key).map(OptionValue::size);
    }

    /** Whether the user gave this option. */
    public boolean isGiven(String key) {
        return given.containsKey(key);
    }

    /** What the user gave, without defaults. */
    public Map<String, String> given() {
        return given;
    }

    @Override
    public String toString() {
        List<String> pairs = new ArrayList<>();
        given.forEach((key, value) -> pairs.add(key + "=" + value));
        return pairs.stream().sorted().collect(Collectors.joining(", ", "{", "}"));
    }
}
