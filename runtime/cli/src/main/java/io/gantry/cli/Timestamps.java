package io.gantry.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Points in time as flags give them and as lists show them. */
final class Timestamps {
    private static final DateTimeFormatter LONG = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss Z z", Locale.ROOT);

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

    /** Go's default text of a local time: {@code 2026-01-02 03:04:05 +0000 UTC}. */
    static String local(long seconds) {
        ZoneId zone = ZoneId.systemDefault();
        return LONG.format(Instant.ofEpochSecond(seconds)
                .atZone(zone.normalized().equals(ZoneOffset.UTC) ? ZoneId.of("UTC") : zone));
    }

    /** Go's default text of a time with its fraction, from RFC 3339; anything else stays as it is. */
    static String go(String time) {
        try {
            OffsetDateTime parsed = OffsetDateTime.parse(time);
            String fraction = parsed.getNano() == 0
                    ? ""
                    : String.format(Locale.ROOT, ".%09d", parsed.getNano()).replaceFirst("0+$", "");
            String zone = parsed.getOffset().equals(ZoneOffset.UTC)
                    ? "UTC"
                    : parsed.getOffset().getId().replace(":", "");
            return DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
                            .format(parsed)
                    + fraction
                    + DateTimeFormatter.ofPattern(" xx ", Locale.ROOT).format(parsed)
                    + zone;
        } catch (DateTimeException e) {
            return time;
        }
    }
}
