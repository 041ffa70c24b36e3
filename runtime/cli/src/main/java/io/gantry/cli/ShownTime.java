package io.gantry.cli;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Points in time as templates show them; made when they are, as Java's formatter of dates loads some three hundred classes. */
final class ShownTime {
    private static final DateTimeFormatter LONG = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss Z z", Locale.ROOT);
    private static final DateTimeFormatter SHORT = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);
    private static final DateTimeFormatter OFFSET = DateTimeFormatter.ofPattern(" xx ", Locale.ROOT);

    private ShownTime() {}

    /** Seconds since 1970 as a local time. */
    record Seconds(long seconds) implements TemplateData.Later {
        @Override
        public Object value() {
            return local(seconds);
        }
    }

    /** RFC 3339. */
    record Rfc(String time) implements TemplateData.Later {
        @Override
        public Object value() {
            return go(time);
        }
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
            return SHORT.format(parsed) + fraction + OFFSET.format(parsed) + zone;
        } catch (DateTimeException e) {
            return time;
        }
    }
}
