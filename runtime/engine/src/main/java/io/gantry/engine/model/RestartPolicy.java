package io.gantry.engine.model;

/**
 * What happens when the container ends by itself.
 *
 * @param name {@code no}, {@code always}, {@code on-failure} or {@code unless-stopped}; empty means no
 * @param maximumRetryCount how often at most, for {@code on-failure}; 0 for no limit
 */
public record RestartPolicy(String name, int maximumRetryCount) {
    /** Nothing given. */
    public static final RestartPolicy NONE = new RestartPolicy("", 0);

    /** Puts zero values in place of what was not given. */
    public RestartPolicy {
        name = name == null ? "" : name;
    }
}
