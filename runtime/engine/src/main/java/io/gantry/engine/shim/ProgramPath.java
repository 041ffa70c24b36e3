package io.gantry.engine.shim;

import io.gantry.spi.Problem;
import io.gantry.spi.UnsupportedException;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the programs that containers need. */
final class ProgramPath {
    private static final String SYSTEM = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private ProgramPath() {}

    /**
     * A program by path or by name.
     *
     * @param purpose what it is for, following "cannot"
     * @param remedy how to get it
     * @throws UnsupportedException if it is not there
     */
    static Path require(String program, String purpose, String remedy) {
        return find(program)
                .orElseThrow(() -> new UnsupportedException(
                        new Problem(purpose, program + " is not installed or not in PATH", remedy)));
    }

    static Optional<Path> find(String program) {
        if (program.contains("/")) {
            return Optional.of(Path.of(program)).filter(Files::isExecutable);
        }
        return Stream.concat(
                        Stream.of(Optional.ofNullable(System.getenv("PATH"))
                                .orElse("")
                                .split(File.pathSeparator)),
                        Stream.of(SYSTEM.split(":")))
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> Path.of(directory, program))
                .filter(path -> Files.isRegularFile(path) && Files.isExecutable(path))
                .findFirst();
    }
}
