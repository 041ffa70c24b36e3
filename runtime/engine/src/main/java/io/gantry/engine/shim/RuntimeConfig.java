package io.gantry.engine.shim;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Which programs hold containers, and where they keep what they know. All directories are made when missing and belong
 * on a file system that a reboot empties.
 *
 * @param conmon the supervisor: a path, or a name looked up in {@code PATH}
 * @param runtime the OCI runtime: a path, or a name looked up in {@code PATH}
 * @param runtimeRoot the OCI runtime's {@code --root}
 * @param exitDir where conmon leaves exit codes, one file per container
 */
public record RuntimeConfig(String conmon, String runtime, Path runtimeRoot, Path exitDir) {
    /** Refuses nulls. */
    public RuntimeConfig {
        Objects.requireNonNull(conmon, "conmon");
        Objects.requireNonNull(runtime, "runtime");
        Objects.requireNonNull(runtimeRoot, "runtimeRoot");
        Objects.requireNonNull(exitDir, "exitDir");
    }

    /** {@code conmon} and {@code runc}, with everything below one directory. */
    public static RuntimeConfig under(Path runDir) {
        return new RuntimeConfig("conmon", "runc", runDir.resolve("runtime"), runDir.resolve("exits"));
    }
}
