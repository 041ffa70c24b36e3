package io.gantry.server.api;

import io.gantry.server.http.HttpError;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as Docker reads and shows them. */
final class Times {
    private static final Pattern GO_DURATION = Pattern.compile("(?:(\\d+)h)?(?:(\\d+)m)?(?:(\\d+)s)?");

    private Times() {}

    /** A point in time: Unix seconds with a fraction, RFC 3339, or a duration before now. */
    static Optional<Instant> parse(String name, String text) {
        if (text.isEmpty() || text.equals("0")) {
            return Optional.empty();
        }
        try {
            if (text.matches("-?\\d+(\\.\\d+)?")) {
                BigDecimal seconds = new BigDecimal(text);
                return Optional.of(Instant.ofEpochSecond(
                        seconds.toBigInteger().longValueExact(),
                        seconds.remainder(BigDecimal.ONE).movePointRight(9).longValue()));
            }
            Matcher duration = GO_DURATION.matcher(text);
            if (duration.matches()) {
                return Optional.of(Instant.now()
                        .minus(Duration.ofHours(part(duration, 1))
                                .plusMinutes(part(duration, 2))
                                .plusSeconds(part(duration, 3))));
            }
            return Optional.of(date(text));
        } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
            throw new HttpError(400, "invalid value for \"" + name + "\": cannot parse \"" + text + "\" as a time", e);
        }
    }

    private static Instant date(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            String full = text.length() == 10 ? text + "T00:00:00" : text;
            return LocalDateTime.parse(full).toInstant(ZoneOffset.UTC);
        }
    }

    private static long part(Matcher matcher, int group) {
        return matcher.group(group) == null ? 0 : Long.parseLong(matcher.group(group));
    }

    /** {@code 5 minutes} and the like, in Docker's words. */
    static String human(Duration duration) {
        long seconds = duration.toSeconds();
        long minutes = duration.toMinutes();
        long hours = (long) (seconds / 3600.0 + 0.5);
        if (seconds < 1) {
            return "Less than a second";
        }
        if (seconds < 60) {
            return seconds == 1 ? "1 second" : seconds + " seconds";
        }
        if (minutes < 60) {
            return minutes == 1 ? "About a minute" : minutes + " minutes";
        }
        if (hours < 48) {
            return hours == 1 ? "About an hour" : hours + " hours";
        }
        if (hours < 24 * 7 * 2) {
            return hours / 24 + " days";
        }
        if (hours < 24 * 30 * 2) {
            return hours / 24 / 7 + " weeks";
        }
        return hours < 24 * 365 * 2 ? hours / 24 / 30 + " months" : seconds / 3600 / 24 / 365 + " years";
    }
}
