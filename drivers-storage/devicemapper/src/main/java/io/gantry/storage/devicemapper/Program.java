package io.gantry.storage.devicemapper;

import io.gantry.spi.IoFailureException;
import io.gantry.spi.Problem;
import io.gantry.spi.UnsupportedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A program of the system, looked for in {@code PATH} and where administration programs are. */
final class Program {
    private static final List<String> ALSO = List.of("/usr/sbin", "/sbin", "/usr/local/sbin");

    private Program() {}

    static Optional<Path> find(String name) {
        List<String> folders =
                new ArrayList<>(List.of(System.getenv().getOrDefault("PATH", "").split(":")));
        folders.addAll(ALSO);
        return folders.stream()
                .filter(folder -> folder.startsWith("/"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Runs a program to its end.
     *
     * @throws UnsupportedException if it is not installed
     * @throws IoFailureException if it fails, with the end of what it said
     */
    static void run(String attempted, String name, List<String> arguments, String debianPackage) {
        Path program = find(name)
                .orElseThrow(() -> new UnsupportedException(
                        new Problem(attempted, name + " is not installed", installing(name, debianPackage))));
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(arguments);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            int code = process.onExit().join().exitValue();
            if (code != 0) {
                throw new IoFailureException(Problem.of(
                        attempted, String.join(" ", command) + " ended with " + code + ": " + lastOf(output)));
            }
        } catch (IOException e) {
            throw new IoFailureException(Problem.of(attempted, program + " does not run: " + e.getMessage()), e);
        }
    }

    static String installing(String name, String debianPackage) {
        return "install the package with " + name + " (" + debianPackage + ")";
    }

    private static String lastOf(String output) {
        return output.length() > 1000 ? "…" + output.substring(output.length() - 1000) : output;
    }
}
