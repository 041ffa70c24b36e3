package io.gantry.engine.oci;

import io.gantry.engine.EngineException;
import io.gantry.spi.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The small init of {@code --init}: reaps orphans and passes signals on. It must be linked statically. */
final class InitProgram {
    /** Where it appears in the container. */
    static final String TARGET = "/sbin/docker-init";

    private static final List<String> NAMES = List.of("docker-init", "tini-static", "catatonit");
    private static final List<String> DIRECTORIES = List.of(
            "/usr/local/libexec/docker", "/usr/libexec/docker", "/usr/local/bin", "/usr/bin", "/usr/libexec/podman");

    private InitProgram() {}

    /**
     * The program on this host.
     *
     * @throws EngineException if none is installed
     */
    static Path find() {
        for (String name : NAMES) {
            for (String directory : DIRECTORIES) {
                Path program = Path.of(directory, name);
                if (Files.isExecutable(program)) {
                    return program;
                }
            }
        }
        throw EngineException.of(
                EngineException.Kind.SYSTEM,
                new Problem(
                        "run an init in the container",
                        "none of docker-init, tini-static and catatonit is installed",
                        "install the package tini or catatonit, or leave out --init"));
    }

    /** A command, run by it. */
    static List<String> command(List<String> args) {
        List<String> command = new ArrayList<>(List.of(TARGET, "--"));
        command.addAll(args);
        return command;
    }
}
