package io.gantry.spi.storage;

import io.gantry.spi.Options;
import java.util.Map;
import java.util.Objects;

/**
 * How to make a layer.
 *
 * @param options the driver's own options of scope {@code OBJECT}, checked, such as {@code size}
 * @param labels kept with the layer and given back by {@code stat}
 */
public record LayerOptions(Options options, Map<String, String> labels) {
    /** Copies the labels. */
    public LayerOptions {
        Objects.requireNonNull(options, "options");
        labels = Map.copyOf(labels);
    }

    /** Neither options nor labels. Drivers must treat an option that {@link Options#none} does not declare as not given: see {@link #declares}. */
    public static LayerOptions none() {
        return new LayerOptions(Options.none(), Map.of());
    }

    /** Whether the user gave this option. Safe on {@link Options#none}, which declares nothing. */
    public boolean declares(String key) {
        return options.isGiven(key);
    }
}
