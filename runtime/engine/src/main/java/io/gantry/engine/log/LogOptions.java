package io.gantry.engine.log;

import io.gantry.engine.EngineException;
import io.gantry.engine.model.LogConfig;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a container's log configuration means here. Both {@code json-file} and {@code local} stand for the files that conmon writes; of their
 * options, those about size act, and those about labels and compression are taken and change nothing.
 *
 * @param kept whether output is kept at all
 * @param maxSize bytes of one file; 0 for no limit
 * @param maxFiles how many files there are at most
 */
public record LogOptions(boolean kept, long maxSize, int maxFiles) {
    private static final Map<String, Set<String>> KNOWN = Map.of(
            "json-file",
            Set.of("max-size", "max-file", "compress", "labels", "labels-regex", "env", "env-regex", "tag"),
            "local",
            Set.of("max-size", "max-file", "compress"));
    private static final Set<String> GENERAL = Set.of("mode", "max-buffer-size");
    private static final Pattern SIZE = Pattern.compile("(\\d+(?:\\.\\d+)?) ?([kmgtpKMGTP]?)[iI]?[bB]?");
    private static final List<String> UNITS = List.of("", "k", "m", "g", "t", "p");

    /**
     * Reads a configuration; an empty type is {@code json-file}.
     *
     * @throws EngineException of kind invalid, in Docker's words
     */
    public static LogOptions of(LogConfig config) {
        String type = config.type().isEmpty() ? "json-file" : config.type();
        if (type.equals("none")) {
            return new LogOptions(false, 0, 1);
        }
        Set<String> known = KNOWN.get(type);
        if (known == null) {
            throw invalid("logger: no log driver named '" + type + "' is registered");
        }
        for (String key : config.config().keySet()) {
            if (!known.contains(key) && !GENERAL.contains(key)) {
                throw invalid("unknown log opt '" + key + "' for " + type + " log driver");
            }
        }
        boolean local = type.equals("local");
        long maxSize = maxSize(config.config().getOrDefault("max-size", local ? "20m" : ""));
        int maxFiles = maxFiles(config.config().getOrDefault("max-file", local ? "5" : "1"));
        boolean compress = Boolean.parseBoolean(config.config().getOrDefault("compress", "false"));
        if (compress && !local && (maxFiles == 1 || maxSize == 0)) {
            throw invalid("compress cannot be true when max-file is less than 2 or max-size is not set");
        }
        return new LogOptions(true, maxSize, maxFiles);
    }

    private static long maxSize(String text) {
        if (text.isEmpty()) {
            return 0;
        }
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            throw invalid("invalid size: '" + text + "'");
        }
        int power = UNITS.indexOf(matcher.group(2).toLowerCase(Locale.ROOT));
        BigDecimal size = new BigDecimal(matcher.group(1))
                .multiply(BigDecimal.valueOf(1000).pow(power));
        if (size.signum() <= 0) {
            throw invalid("max-size must be a positive number");
        }
        return size.min(BigDecimal.valueOf(1L << 50)).longValue();
    }

    private static int maxFiles(String text) {
        try {
            int files = Integer.parseInt(text);
            if (files < 1) {
                throw invalid("max-file cannot be less than 1");
            }
            return Math.min(files, 1000);
        } catch (NumberFormatException e) {
            throw invalid("strconv.Atoi: parsing \"" + text + "\": invalid syntax");
        }
    }

    /** After how many bytes conmon begins the file anew, losing what was in it. With several files that is not meant to happen, unless no engine runs that would put them in order. */
    public long hardLimit() {
        return maxSize * maxFiles;
    }

    /** Whether full files are put aside. */
    public boolean rotates() {
        return kept && maxSize > 0 && maxFiles > 1;
    }

    private static EngineException invalid(String message) {
        return new EngineException(EngineException.Kind.INVALID, message);
    }
}
