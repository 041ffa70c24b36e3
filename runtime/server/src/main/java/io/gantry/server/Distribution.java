package io.gantry.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The tree that the daemon was started from. */
final class Distribution {
    private Distribution() {}

    /** Its drivers, where the launcher said where it lies. */
    static Optional<Path> drivers() {
        return Optional.ofNullable(System.getProperty("gantry.home"))
                .map(home -> Path.of(home, "drivers").toAbsolutePath().normalize())
                .filter(Files::isDirectory);
    }
}
