package io.gantry.spi.storage;

import io.gantry.spi.StatusRow;
import java.util.List;
import java.util.Optional;

/**
 * An open storage driver. All methods may be called from several threads at once; calls for one layer are serialised by the engine, calls for different layers are
 * not. A method either does all of its work or leaves the state as it was; a process killed within a method leaves nothing that {@link #layers} lists half-made, and what remains on disk is
 * removed when the driver is opened again.
 */
public interface StorageDriver extends AutoCloseable {
    /**
     * Makes a writable layer.
     *
     * @param id a name that no layer has
     * @param parent a committed layer, or empty for an empty root directory (mode 0755, owner 0:0)
     * @throws io.gantry.spi.AlreadyExistsException if {@code id} exists
     * @throws io.gantry.spi.NotFoundException if {@code parent} does not exist
     * @throws io.gantry.spi.InvalidArgumentException if {@code parent} is not committed
     * @throws io.gantry.spi.UnsupportedException if an option cannot be honoured, such as a size on a file system without quotas
     */
    LayerInfo prepare(LayerId id, Optional<LayerId> parent, LayerOptions options);

    /**
     * Makes a read-only look at a committed layer. It shows that layer as it is and has no content of its own. Same errors as {@link #prepare}.
     */
    LayerInfo view(LayerId id, LayerId parent);

    /**
     * Makes an active layer immutable under a new name; {@code id} is gone afterwards. The layer must not be mounted. Data is on disk when the call returns.
     *
     * @throws io.gantry.spi.NotFoundException if {@code id} does not exist
     * @throws io.gantry.spi.FailedPreconditionException if {@code id} is not active
     * @throws io.gantry.spi.AlreadyExistsException if {@code name} exists, {@code id} itself included
     */
    LayerInfo commit(LayerId id, LayerId name);

    /**
     * The mounts that show an active layer or a view. The same answer for the same layer until it is committed or removed. At least one.
     *
     * @throws io.gantry.spi.NotFoundException if {@code id} does not exist
     * @throws io.gantry.spi.FailedPreconditionException if {@code id} is committed
     */
    List<MountSpec> mounts(LayerId id);

    /**
     * Where a layer archive is applied to an active layer. The engine writes there only while the layer is not mounted.
     *
     * @return empty if the layer's content can be reached only where it is mounted, as on a block device of its own: the engine mounts it and writes there as {@link WhiteoutDialect#DIRECT}
     * @throws io.gantry.spi.NotFoundException if {@code id} does not exist
     * @throws io.gantry.spi.FailedPreconditionException if {@code id} is not active
     */
    Optional<LayerTarget> layerTarget(LayerId id);

    /**
     * What a layer takes by itself. Of an active layer in use it is a snapshot, taken without stopping anybody; of a view it is nothing.
     *
     * @throws io.gantry.spi.NotFoundException if {@code id} does not exist
     */
    Usage usage(LayerId id);

    /** One layer, or empty if there is none of that name. */
    Optional<LayerInfo> stat(LayerId id);

    /** All layers, parents before children. A snapshot: later changes do not show. */
    List<LayerInfo> layers();

    /**
     * Removes a layer; does nothing if there is none of that name. The layer must not be mounted. Slow work may be left to {@link #cleanup}, but the layer is no longer listed.
     *
     * @throws io.gantry.spi.FailedPreconditionException if a layer has it as parent
     */
    void remove(LayerId id);

    /**
     * Does what {@link #remove} left for later. Called by the engine when it is idle and before it closes the driver. What cannot be done now is logged and tried again the next time; it does not
     * throw for that.
     */
    void cleanup();

    /** Rows for {@code docker info}, in order. */
    List<StatusRow> status();

    /** What the user should know of this driver here, each a sentence in Docker's words where it has them, for {@code docker info} and the log. Empty by default. */
    default List<String> warnings() {
        return List.of();
    }

    /** An optional capability, if the driver has it here. The answer does not change while the driver is open. */
    <T extends StorageCapability> Optional<T> capability(Class<T> type);

    /** Releases what the driver holds. Idempotent. Layers stay. */
    @Override
    void close();
}
