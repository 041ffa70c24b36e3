package io.gantry.engine.name;

import io.gantry.engine.EngineException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The filters that all prune calls share: {@code label}, {@code label!} and {@code until}. */
public final class PruneFilter {
    private static final Pattern DURATION = Pattern.compile("(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?");

    private PruneFilter() {}

    /** Whether an object of this age and with these labels may go. */
    public static boolean accepts(Map<String, List<String>> filters, Instant created, Map<String, String> labels) {
        return filters.getOrDefault("label", List.of()).stream().allMatch(label -> has(labels, label))
                && filters.getOrDefault("label!", List.of()).stream().noneMatch(label -> has(labels, label))
                && filters.getOrDefault("until", List.of()).stream()
                        .allMatch(until -> created.isBefore(instant(until)));
    }

    /** Whether a label of the form {@code key} or {@code key=value} is there. */
    public static boolean has(Map<String, String> labels, String wanted) {
        int equals = wanted.indexOf('=');
        return equals < 0
                ? labels.containsKey(wanted)
                : wanted.substring(equals + 1).equals(labels.get(wanted.substring(0, equals)));
    }

    private static Instant instant(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!text.isEmpty() && matcher.matches()) {
            return Instant.now()
                    .minus(Duration.ofHours(part(matcher, 1))
                            .plusMinutes(part(matcher, 2))
                            .plusSeconds(part(matcher, 3)));
        }
        if (text.matches("\\d+")) {
            return Instant.ofEpochSecond(Long.parseLong(text));
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new EngineException(EngineException.Kind.INVALID, "invalid filter 'until=" + text + "'", e);
        }
    }

    private static long part(Matcher matcher, int group) {
        return matcher.group(group) == null ? 0 : Long.parseLong(matcher.group(group));
    }
}
