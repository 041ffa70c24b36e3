package io.gantry.engine.container;

import io.gantry.engine.EngineException;
import io.gantry.linux.OpenDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where things of containers are.
 *
 * @param dataRoot survives a reboot
 * @param runRoot does not
 */
record Layout(Path dataRoot, Path runRoot) {
    /** Of all containers, what survives a reboot. */
    Path containers() {
        return dataRoot.resolve("containers");
    }

    /** Of all containers, what does not. */
    Path bundles() {
        return runRoot.resolve("bundles");
    }

    /** Of one container, what survives a reboot: its log and the files that are bound into it. */
    Path directory(String id) {
        return containers().resolve(id);
    }

    /** Its output. */
    Path log(String id) {
        return directory(id).resolve("container.log");
    }

    /** What the OCI runtime and conmon need. */
    Path bundle(String id) {
        return bundles().resolve(id);
    }

    /** Root file systems that are mounted. */
    Path roots() {
        return runRoot.resolve("rootfs");
    }

    /** Its root file system, mounted while it runs or somebody looks at it. */
    Path rootfs(String id) {
        return roots().resolve(id);
    }

    /** Where file systems are looked at, each by a thread in a mount namespace of its own. */
    Path views() {
        return runRoot.resolve("views");
    }

    /** Memory that other containers may share. */
    Path shm(String id) {
        return bundle(id).resolve("shm");
    }

    /** Of one command that runs beside its first process. */
    Path exec(String id, String execId) {
        return bundle(id).resolve("exec-" + execId.substring(0, 16));
    }

    /** Network namespaces. */
    Path namespaces() {
        return runRoot.resolve("netns");
    }

    /** Its network namespace. */
    Path namespace(String id) {
        return namespaces().resolve(id.substring(0, 12));
    }

    static void make(Path directory) {
        try {
            Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx--x--x")));
        } catch (IOException e) {
            throw new EngineException(
                    EngineException.Kind.SYSTEM, "cannot make the directory " + directory + ": " + e.getMessage(), e);
        }
    }

    /** Removes a directory with all that is in it, and never anything mounted there. */
    static void remove(Path directory) {
        if (Files.exists(directory)) {
            try (OpenDirectory parent = OpenDirectory.open(directory.getParent())) {
                parent.removeTree(directory.getFileName().toString());
            }
        }
    }
}
