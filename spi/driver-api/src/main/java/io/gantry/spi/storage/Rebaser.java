package io.gantry.spi.storage;

/**
 * The driver can commit a layer onto another parent than the one it was prepared on, so that the layers of an image are applied side by side. Only drivers whose layers hold nothing of their
 * parents can.
 */
public interface Rebaser extends StorageCapability {
    /**
     * Commits {@code id}, prepared without a parent, as {@code name} on top of {@code parent}.
     *
     * @throws io.gantry.spi.NotFoundException if {@code id} or {@code parent} does not exist
     * @throws io.gantry.spi.FailedPreconditionException if {@code id} is not active or was prepared on a parent, or {@code parent} is not committed
     * @throws io.gantry.spi.AlreadyExistsException if {@code name} exists
     */
    LayerInfo commitOnto(LayerId id, LayerId name, LayerId parent);
}
