package io.gantry.engine.shim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What runc keeps of a container that has ended: its cgroups and a directory with {@code state.json}. {@code runc delete}
 * removes just these, at the price of starting a program; where the state is of the form known here, it is done in place.
 */
final class RuntimeLeftovers {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Path CGROUPS = Path.of("/sys/fs/cgroup");

    private final Path directory;

    RuntimeLeftovers(Path stateDirectory) {
        this.directory = stateDirectory;
    }

    /** Whether the runtime knows nothing of the container any more. */
    boolean absent() {
        return !Files.exists(directory);
    }

    /** Removes all; false if anything is not as expected, in which case the runtime must do it. */
    boolean remove() {
        try {
            JsonNode state = JSON.readTree(directory.resolve("state.json").toFile());
            if (!isSimple(state)) {
                return false;
            }
            for (Path cgroup : cgroups(state)) {
                removeCgroup(cgroup);
            }
            for (String file : List.of("exec.fifo", "state.json")) {
                Files.deleteIfExists(directory.resolve(file));
            }
            Files.delete(directory);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A PID namespace of its own (so all its processes are gone), no hooks to run, no cache partition to give back. */
    private static boolean isSimple(JsonNode state) {
        JsonNode config = state.path("config");
        boolean ownPids = false;
        for (JsonNode namespace : config.path("namespaces")) {
            ownPids |= "NEWPID".equals(namespace.path("type").asText())
                    && namespace.path("path").asText("").isEmpty();
        }
        return ownPids
                && config.path("Hooks").path("poststop").isEmpty()
                && config.path("intel_rdt").isEmpty()
                && state.path("cgroup_paths").isObject();
    }

    private static Collection<Path> cgroups(JsonNode state) throws IOException {
        List<Path> paths = new ArrayList<>();
        for (JsonNode path : state.path("cgroup_paths")) {
            Path cgroup = Path.of(path.asText()).normalize();
            if (!cgroup.startsWith(CGROUPS) || cgroup.getNameCount() <= CGROUPS.getNameCount() + 1) {
                throw new IOException("not the cgroup of a container: " + cgroup);
            }
            paths.add(cgroup);
        }
        return new TreeSet<>(paths);
    }

    /** Directories only: the kernel takes the files along. */
    private static void removeCgroup(Path cgroup) throws IOException {
        try {
            Files.delete(cgroup);
            return;
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            // It has cgroups below, which the container made.
        }
        List<Path> below;
        try (Stream<Path> tree = Files.walk(cgroup)) {
            below = tree.filter(Files::isDirectory)
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        for (Path path : below) {
            Files.deleteIfExists(path);
        }
    }
}
