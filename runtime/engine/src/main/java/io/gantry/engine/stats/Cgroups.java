package io.gantry.engine.stats;

import io.gantry.linux.MountTable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The control groups of a container: one directory for each controller of version 1, and one of version 2, which may have the rest or all
 * of them.
 */
final class Cgroups {
    private static final String UNIFIED = "";

    private final Map<String, Path> directories;

    private Cgroups(Map<String, Path> directories) {
        this.directories = directories;
    }

    /**
     * Those that a process is in, or, where the container has made more within its own, its own.
     *
     * @param pid of a process of the container
     * @param containerId its id, which the names of its own groups contain
     */
    static Cgroups of(long pid, String containerId) {
        return of(read(Path.of("/proc", Long.toString(pid), "cgroup")), containerId, MountTable.read());
    }

    static Cgroups of(List<String> memberships, String containerId, MountTable mounts) {
        Map<String, Path> directories = new HashMap<>();
        for (String line : memberships) {
            // hierarchy:controllers:/path
            String[] fields = line.split(":", 3);
            if (fields.length == 3) {
                for (String controller : fields[1].split(",", -1)) {
                    directory(controller, own(fields[2], containerId), mounts)
                            .ifPresent(path -> directories.put(controller, path));
                }
            }
        }
        return new Cgroups(directories);
    }

    /** The path up to the part that names the container. */
    private static String own(String path, String containerId) {
        int at = containerId.isEmpty() ? -1 : path.indexOf(containerId);
        int end = at < 0 ? -1 : path.indexOf('/', at);
        return end < 0 ? path : path.substring(0, end);
    }

    private static Optional<Path> directory(String controller, String path, MountTable mounts) {
        return mounts.entries().stream()
                .filter(mount -> controller.equals(UNIFIED)
                        ? mount.type().equals("cgroup2")
                        : mount.type().equals("cgroup") && mount.superOptions().contains(controller))
                .flatMap(mount -> within(mount, path).stream())
                .filter(Files::isDirectory)
                .findFirst();
    }

    /** Where a group is under a mount point that may show only a part of the hierarchy. */
    private static Optional<Path> within(MountTable.Entry mount, String path) {
        String root = mount.root().equals("/") ? "" : mount.root();
        if (!path.equals(root) && !path.startsWith(root + "/")) {
            return Optional.empty();
        }
        String rest = path.substring(root.length());
        return Optional.of(Path.of(mount.mountPoint()).resolve(rest.startsWith("/") ? rest.substring(1) : rest));
    }

    /** The directory of a controller; empty if it is not there, or not in version 1. */
    Optional<Path> version1(String controller) {
        return Optional.ofNullable(directories.get(controller));
    }

    /** The directory of version 2; empty if there is none. */
    Optional<Path> version2() {
        return Optional.ofNullable(directories.get(UNIFIED));
    }

    /** The lines of a file of a directory; none if either is missing. */
    static List<String> lines(Optional<Path> directory, String file) {
        return directory.map(path -> read(path.resolve(file))).orElse(List.of());
    }

    /** A number that a file consists of; empty if it is missing or says something else, such as {@code max}. */
    static Optional<Long> number(Optional<Path> directory, String file) {
        return lines(directory, file).stream().findFirst().flatMap(Cgroups::number);
    }

    /** The number behind a key in a file of {@code key number} lines; empty if it is not there. */
    static Optional<Long> value(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key + " "))
                .findFirst()
                .flatMap(line -> number(line.substring(key.length() + 1)));
    }

    private static Optional<Long> number(String text) {
        try {
            return Optional.of(Long.parseLong(text.strip()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    static List<String> read(Path file) {
        try {
            return Arrays.asList(Files.readString(file).split("\n"));
        } catch (IOException e) {
            return List.of();
        }
    }
}
