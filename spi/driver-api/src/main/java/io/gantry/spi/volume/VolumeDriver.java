package io.gantry.spi.volume;

import io.gantry.spi.Options;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An open volume driver. All methods may be called from several threads at once; calls for one volume are serialised by the engine.
 */
public interface VolumeDriver extends AutoCloseable {
    /**
     * Makes a volume; one of that name that is there already is returned as it is.
     *
     * @param name {@code [a-zA-Z0-9][a-zA-Z0-9_.-]+}
     * @param options the driver's own of scope {@code OBJECT}, checked
     * @throws io.gantry.spi.InvalidArgumentException if the name or an option does not do
     */
    VolumeInfo create(String name, Options options, Map<String, String> labels);

    /** One volume, or empty if there is none of that name. */
    Optional<VolumeInfo> stat(String name);

    /** All volumes, by name. */
    List<VolumeInfo> volumes();

    /**
     * Makes a volume's content available.
     *
     * @param consumer who uses it, such as a container's id; each consumer counts once, and until {@link #unmount}, over restarts of the engine too, though not of the machine: an engine that
     *     finds a container dead when it starts ends that use
     * @return the directory to bind into the container
     * @throws io.gantry.spi.NotFoundException if there is no such volume
     */
    Path mount(String name, String consumer);

    /** Ends a consumer's use; does nothing if it had none. */
    void unmount(String name, String consumer);

    /**
     * Removes a volume with its content; does nothing if there is none of that name.
     *
     * @throws io.gantry.spi.FailedPreconditionException if somebody uses it
     */
    void remove(String name);

    /** What the content takes in bytes; empty if the driver cannot tell. */
    Optional<Long> usage(String name);

    /** Releases what the driver holds in this process. Volumes stay. Idempotent. */
    @Override
    void close();
}
