package io.gantry.engine.container;

import io.gantry.engine.Container;
import java.util.Objects;

/**
 * A container as the database keeps it.
 *
 * @param container what clients see
 * @param layer the id of its writable layer in its storage driver
 * @param stoppedByUser whether its last end was asked for, so that no restart policy starts it again
 * @param ready whether it is made whole; one that is not is swept when the engine starts
 */
record StoredContainer(Container container, String layer, boolean stoppedByUser, boolean ready) {
    StoredContainer {
        Objects.requireNonNull(container, "container");
        Objects.requireNonNull(layer, "layer");
    }

    StoredContainer with(Container changed) {
        return new StoredContainer(changed, layer, stoppedByUser, ready);
    }

    StoredContainer stoppedByUser(boolean value) {
        return new StoredContainer(container, layer, value, ready);
    }

    StoredContainer whole() {
        return new StoredContainer(container, layer, stoppedByUser, true);
    }
}
