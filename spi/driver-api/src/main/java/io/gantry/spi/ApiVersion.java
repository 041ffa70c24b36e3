package io.gantry.spi;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The version of the SPI that a plug-in was built against. A plug-in loads when its major version is the engine's own and its minor version
 * is not newer than the engine's.
 *
 * @param major changes when a driver must be changed to go on working
 * @param minor changes when something was added
 */
public record ApiVersion(int major, int minor) implements Comparable<ApiVersion> {
    /** The version that this copy of the SPI defines. */
    public static final ApiVersion CURRENT = new ApiVersion(1, 0);

    private static final Pattern FORM = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})");

    /** Checks that neither part is negative. */
    public ApiVersion {
        if (major < 0 || minor < 0) {
            throw new IllegalArgumentException("an API version has no negative parts: " + major + "." + minor);
        }
    }

    /**
     * Reads {@code major.minor}.
     *
     * @throws IllegalArgumentException if the text has another form
     */
    public static ApiVersion parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not an API version of the form major.minor: " + text);
        }
        return new ApiVersion(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    /** Whether an engine of this version can run a plug-in that was built against {@code plugin}. */
    public boolean accepts(ApiVersion plugin) {
        return plugin.major == major && plugin.minor <= minor;
    }

    @Override
    public int compareTo(ApiVersion other) {
        return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return major + "." + minor;
    }
}
