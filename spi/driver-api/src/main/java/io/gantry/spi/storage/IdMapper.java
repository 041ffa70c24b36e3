package io.gantry.spi.storage;

import java.util.List;

/** The driver can show a layer with all owners shifted, without writing to it (kernel document {@code filesystems/idmappings}). */
public interface IdMapper extends StorageCapability {
    /** The mount option that {@link #mounts} uses, in the words of {@code mount(8)}: {@code X-mount.idmap=u:INSIDE:OUTSIDE:COUNT g:INSIDE:OUTSIDE:COUNT ...}. */
    String OPTION = "X-mount.idmap";

    /**
     * As {@link StorageDriver#mounts}, for a container with a user namespace: a file of owner {@code inside} on disk shows as that of {@code outside}, and what {@code outside} writes is
     * {@code inside}'s on disk. The layer may be mounted without a mapping at another time. On an overlay mount the option holds for each of its directories.
     *
     * @throws io.gantry.spi.NotFoundException if {@code id} does not exist
     * @throws io.gantry.spi.FailedPreconditionException if {@code id} is committed
     */
    List<MountSpec> mounts(LayerId id, IdMapping mapping);
}
