package io.gantry.engine.catalogue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The directories in which plug-ins are looked for, in this order; of two drivers with one name the first one found counts. Each entry of a directory is one
 * plug-in: a JAR, or a folder of JARs. Immutable.
 */
public final class PluginPath {
    private static final List<Path> SYSTEM =
            List.of(Path.of("/usr/lib/gantry/drivers"), Path.of("/etc/gantry/drivers"));

    private final List<Directory> directories;

    private PluginPath(List<Directory> directories) {
        this.directories = List.copyOf(directories);
    }

    /**
     * A directory to look in.
     *
     * @param path absolute
     * @param required whether its absence is worth a report, as the user named it
     */
    record Directory(Path path, boolean required) {}

    /**
     * Where plug-ins are looked for when the user says nothing: the distribution's own, then {@code /usr/lib/gantry/drivers}, then {@code /etc/gantry/drivers}.
     *
     * @param distribution the distribution's {@code drivers} directory; empty where the engine runs without one
     */
    public static PluginPath standard(Optional<Path> distribution) {
        return of(Stream.concat(distribution.stream(), SYSTEM.stream()).toList());
    }

    /**
     * These directories, in this order. One that does not exist is reported, unless it is one of the system's two.
     *
     * @param directories as the user wrote them; relative ones count from the working directory
     */
    public static PluginPath of(List<Path> directories) {
        return new PluginPath(directories.stream()
                .map(path -> path.toAbsolutePath().normalize())
                .distinct()
                .map(path -> new Directory(path, !SYSTEM.contains(path)))
                .toList());
    }

    /** The directories, absolute, in order. */
    public List<Path> paths() {
        return directories.stream().map(Directory::path).toList();
    }

    List<Directory> directories() {
        return directories;
    }

    @Override
    public String toString() {
        return String.join(":", paths().stream().map(Path::toString).toList());
    }
}
