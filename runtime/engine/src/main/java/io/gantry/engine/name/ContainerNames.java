package io.gantry.engine.name;

import io.gantry.engine.EngineException;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/** Checks the names that users give, and makes some up. */
public final class ContainerNames {
    private static final Pattern FORM = Pattern.compile("/?[a-zA-Z0-9][a-zA-Z0-9_.-]+");
    private static final List<String> MOODS = List.of(
            "agile",
            "balanced",
            "brisk",
            "calm",
            "clever",
            "daring",
            "eager",
            "fearless",
            "gentle",
            "happy",
            "honest",
            "jolly",
            "keen",
            "lively",
            "mighty",
            "nimble",
            "patient",
            "quiet",
            "ready",
            "steady",
            "swift",
            "tidy",
            "upright",
            "vivid",
            "witty");
    private static final List<String> BUILDERS = List.of(
            "ampere",
            "archimedes",
            "brunel",
            "curie",
            "daimler",
            "edison",
            "eiffel",
            "faraday",
            "fulton",
            "galilei",
            "hertz",
            "hooke",
            "kepler",
            "lovelace",
            "maudslay",
            "newcomen",
            "noether",
            "otis",
            "papin",
            "ramelli",
            "stevin",
            "telford",
            "vitruvius",
            "volta",
            "watt");

    private final RandomGenerator random;

    /** Names drawn from this generator. */
    public ContainerNames(RandomGenerator random) {
        this.random = random;
    }

    /** A name that nobody has. */
    public String makeUp(Predicate<String> taken) {
        for (int attempt = 0; ; attempt++) {
            String name =
                    pick(MOODS) + "_" + pick(BUILDERS) + (attempt < 6 ? "" : Integer.toString(random.nextInt(1000)));
            if (!taken.test(name)) {
                return name;
            }
        }
    }

    /**
     * The name without its leading slash.
     *
     * @throws EngineException in Docker's words if it has another form
     */
    public static String check(String name) {
        if (!FORM.matcher(name).matches()) {
            throw new EngineException(
                    EngineException.Kind.INVALID,
                    "Invalid container name (" + name + "), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");
        }
        return name.startsWith("/") ? name.substring(1) : name;
    }

    private String pick(List<String> words) {
        return words.get(random.nextInt(words.size()));
    }
}
