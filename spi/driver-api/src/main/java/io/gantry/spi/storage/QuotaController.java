package io.gantry.spi.storage;

import java.util.Optional;

/** The driver can bound what an active layer takes. */
public interface QuotaController extends StorageCapability {
    /**
     * The limit of a layer in bytes, if it has one.
     *
     * @throws io.gantry.spi.NotFoundException if {@code id} does not exist
     */
    Optional<Long> limit(LayerId id);

    /**
     * Sets the limit in bytes. One below what the layer takes already is allowed: nothing more can be written then.
     *
     * @param bytes positive
     * @throws io.gantry.spi.InvalidArgumentException if {@code bytes} is not positive
     * @throws io.gantry.spi.NotFoundException if {@code id} does not exist
     * @throws io.gantry.spi.FailedPreconditionException if {@code id} is not active
     * @throws io.gantry.spi.UnsupportedException if the backing file system cannot
     */
    void limit(LayerId id, long bytes);
}
