package io.gantry.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Locale;

/** Points in time as flags give them. */
final class Timestamps {
    private Timestamps() {}

    /** Seconds since 1970 with nanoseconds, from a date, a date and time, seconds, or a span before {@code now}. */
    static String epoch(String text, Instant now) {
        if (text.matches("-?\\d+(\\.\\d+)?")) {
            return text;
        }
        try {
            return seconds(now.minusNanos(GoDuration.parse(text)));
        } catch (IllegalArgumentException notSpan) {
            // a point in time, then
        }
        try {
            if (text.matches(".*T.*(Z|[+-]\\d\\d:\\d\\d)")) {
                return seconds(OffsetDateTime.parse(text).toInstant());
            }
            LocalDateTime local = text.indexOf('T') > 0
                    ? LocalDateTime.parse(text.length() == 13 ? text + ":00" : text)
                    : LocalDate.parse(text).atStartOfDay();
            return seconds(local.atZone(ZoneId.systemDefault()).toInstant());
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("failed to parse value as time or duration: \"" + text + "\"");
        }
    }

    private static String seconds(Instant time) {
        return String.format(Locale.ROOT, "%d.%09d", time.getEpochSecond(), time.getNano());
    }
}
