package io.gantry.spi;

import java.util.Objects;

/**
 * A decision that a driver took about something optional, and why.
 *
 * @param name the field's name for it, such as {@code metacopy}
 * @param enabled whether the driver uses it
 * @param reason why, one short sentence
 */
public record Feature(String name, boolean enabled, String reason) {
    /** Refuses nulls. */
    public Feature {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(reason, "reason");
    }
}
