package io.gantry.spi.storage;

import java.util.Optional;

/** The driver can tell what a layer changes without comparing it with its parent entry by entry. */
public interface NativeDiffer extends StorageCapability {
    /**
     * What an active or committed layer changes against its parent. Of an active layer in use it is a snapshot.
     *
     * @return empty if this layer's changes cannot be told in that way, such as after a directory was renamed: both trees must be compared then
     * @throws io.gantry.spi.NotFoundException if {@code id} does not exist
     * @throws io.gantry.spi.FailedPreconditionException if {@code id} is a view, which has no changes
     */
    Optional<LayerDiff> diff(LayerId id);
}
