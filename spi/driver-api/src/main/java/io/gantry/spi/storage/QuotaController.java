package io.gantry.spi.storage;

import java.util.Optional;

/** The driver can bound what an active layer takes. */
public interface QuotaController extends StorageCapability {
    /** The limit of a layer in bytes, if it has one. */
    Optional<Long> limit(LayerId id);

    /**
     * Sets the limit in bytes.
     *
     * @throws io.gantry.spi.UnsupportedException if the backing file system cannot
     */
    void limit(LayerId id, long bytes);
}
