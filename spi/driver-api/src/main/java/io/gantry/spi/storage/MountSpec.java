package io.gantry.spi.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/**
 * A mount as data, to be made in list order.
 *
 * @param type file system type, or {@code bind}
 * @param source a device, a directory, or the type's name where there is none
 * @param options as in fstab: flags ({@code ro}, {@code nodev}) and {@code key=value}. For overlay every lower layer is an option {@code lowerdir+=PATH} of its own,
 *     topmost first; the engine joins them where the kernel is too old to take them one by one
 * @param target relative to the place the engine chose, empty for the place itself
 */
public record MountSpec(String type, String source, List<String> options, Path target) {
    /** Copies the options and refuses an absolute or climbing target. */
    public MountSpec {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(source, "source");
        options = List.copyOf(options);
        if (target.isAbsolute() || target.normalize().startsWith("..")) {
            throw new IllegalArgumentException("the target of a mount is relative and stays below: " + target);
        }
    }

    /** A mount on the place itself. */
    public static MountSpec of(String type, String source, List<String> options) {
        return new MountSpec(type, source, options, Path.of(""));
    }

    /** A bind mount of a directory. */
    public static MountSpec bind(Path directory, boolean readOnly) {
        return of("bind", directory.toString(), List.of("rbind", readOnly ? "ro" : "rw"));
    }
}
