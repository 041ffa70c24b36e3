package io.gantry.tck.storage;

import io.gantry.spi.storage.ConsistencyChecker;
import io.gantry.spi.storage.LayerId;
import java.util.Objects;
import java.util.Optional;

/**
 * A way to harm what an open driver has on disk, and what {@link ConsistencyChecker#check} must find of it.
 *
 * @param name for messages
 * @param kind the fault to be found
 * @param about which layer the fault is about
 * @param work does it
 */
public record Damage(String name, ConsistencyChecker.Kind kind, About about, Work work) {
    /** Refuses nulls. */
    public Damage {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(about, "about");
        Objects.requireNonNull(work, "work");
    }

    /**
     * The layers there are, of which none is mounted.
     *
     * @param base a committed layer without a parent
     * @param top a committed layer on {@code base}
     * @param free an active layer on another committed one, which no damage is to touch
     */
    public record Layers(LayerId base, LayerId top, LayerId free) {}

    /** Which layer a fault is about. */
    public enum About {
        /** {@link Layers#base}. */
        BASE,
        /** {@link Layers#top}. */
        TOP,
        /** {@link Layers#free}. */
        FREE,
        /** Something that belongs to no layer. */
        NONE;

        Optional<LayerId> of(Layers layers) {
            return switch (this) {
                case BASE -> Optional.of(layers.base());
                case TOP -> Optional.of(layers.top());
                case FREE -> Optional.of(layers.free());
                case NONE -> Optional.empty();
            };
        }
    }

    /** Does the harm. */
    @FunctionalInterface
    public interface Work {
        /** Does it, with the driver open. */
        void to(StorageBench bench, Layers layers) throws Exception;
    }
}
