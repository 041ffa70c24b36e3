package io.gantry.engine.model;

/**
 * A resource limit.
 *
 * @param name such as {@code nofile}
 * @param soft the limit, -1 for none
 * @param hard its upper bound, -1 for none
 */
public record Ulimit(String name, long soft, long hard) {
    /** Puts zero values in place of what was not given. */
    public Ulimit {
        name = name == null ? "" : name;
    }
}
