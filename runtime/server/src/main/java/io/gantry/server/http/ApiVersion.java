package io.gantry.server.http;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A version of the Docker Engine API.
 *
 * @param major always 1 so far
 * @param minor such as 47
 */
public record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
    /** The newest that is spoken. */
    public static final ApiVersion NEWEST = new ApiVersion(1, 47);

    /** The oldest that is spoken. */
    public static final ApiVersion OLDEST = new ApiVersion(1, 24);

    private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})");
    private static final Comparator<ApiVersion> ORDER =
            Comparator.comparingInt(ApiVersion::major).thenComparingInt(ApiVersion::minor);

    /** Reads {@code 1.47}; empty if the text has another form. */
    public static Optional<ApiVersion> parse(String text) {
        Matcher matcher = FORM.matcher(text);
        return matcher.matches()
                ? Optional.of(new ApiVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))))
                : Optional.empty();
    }

    /** Whether this is version 1.{@code wanted} or younger. */
    public boolean atLeast(int wanted) {
        return compareTo(new ApiVersion(1, wanted)) >= 0;
    }

    @Override
    public int compareTo(ApiVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
